/**
 * A sink of writer and committer. Before a checkpoint the writer hands over what makes its output visible; that is in the
 * checkpoint, and is committed once the checkpoint is complete, or again when a job starts from it. Without checkpoints it is
 * committed at the end of the input.
 */
import type { Committer, Sink, SinkContext, SinkWriter } from '../functions/index.js';
import type { OperatorList } from '../state/index.js';
import type { OperatorContext } from './operator-context.js';
import type { RecordSink } from './sink.js';
import { SinkBacklog } from './sink-backlog.js';

export interface CommittingSinkOptions {
  sink: Sink<unknown>;
  operator: OperatorContext;
  context: SinkContext;
  retain: (record: unknown) => unknown;
  /** The writer takes records again, or failed. */
  onSettled: () => void;
}

const RETRY_AFTER_MS = 1000;

/** Something that the writer handed over. */
interface Pending {
  readonly committable: unknown;
  /** The first checkpoint that has it; undefined as long as none has. */
  checkpointId: number | undefined;
}

export class CommittingSink implements Omit<RecordSink, 'write'> {
  readonly backlog: SinkBacklog;
  private writer: SinkWriter<unknown> | undefined;
  private committer: Committer<unknown> | undefined;
  private pending: Pending[] = [];
  /** The checkpoint that the writer is ready for. */
  private preparedFor: number | undefined;
  /** Commits come one after the other. */
  private committing: Promise<void> = Promise.resolve();
  private cancelRetry: (() => void) | undefined;
  /** Settles when nothing of `open` is under way. */
  private opening: Promise<void> = Promise.resolve();
  private ended = false;
  private closed = false;
  private readonly committables: OperatorList;
  private readonly writerStates: OperatorList;

  constructor(private readonly options: CommittingSinkOptions) {
    const { sink, operator, retain, onSettled } = options;
    this.backlog = new SinkBacklog({ operator, invoke: (record) => this.write(record), retain, onSettled });
    this.committables = operator.states.list('_committables_', 'SPLIT');
    this.writerStates = operator.states.list('_writer_', sink.writerStates ?? 'SPLIT');
    operator.states.takePart({
      snapshotState: (checkpointId) => {
        for (const each of this.pending) each.checkpointId ??= checkpointId;
        this.committables.items = this.pending.map(({ committable }) => committable);
        this.writerStates.items = [...(this.writer?.snapshotState?.(checkpointId) ?? [])];
      },
      notifyCheckpointComplete: async (completeId) => {
        await this.commitThose(({ checkpointId }) => checkpointId !== undefined && checkpointId <= completeId);
        await this.writer?.notifyCheckpointComplete?.(completeId);
      },
    });
  }

  /** Whether something waits for a checkpoint. */
  get uncommitted(): boolean {
    return this.pending.length > 0;
  }

  open(): Promise<void> {
    const opened = this.openBoth();
    this.opening = opened.catch(() => undefined);
    return opened;
  }

  write(record: unknown): void | Promise<void> {
    return this.writer?.write(record, this.options.context);
  }

  /**
   * Before the snapshot of the checkpoint: begins to get the writer ready for it, unless that has happened. The backlog is busy
   * meanwhile; while it is busy with a record, the call must be repeated.
   */
  prepare(checkpointId: number, endOfInput: boolean): void {
    if (this.backlog.busy || this.preparedFor === checkpointId || this.ended) return;
    this.preparedFor = checkpointId;
    this.backlog.await(this.handOver(endOfInput));
  }

  /** The last record was written: what is left is handed over. */
  async endInput(): Promise<void> {
    this.ended = true;
    await this.handOver(true);
  }

  /** Everything that was handed over. */
  commitAll(): Promise<void> {
    return this.commitThose(() => true);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelRetry?.();
    // What it still asked of others, it might ask after the next attempt has begun.
    await this.opening;
    // The writer may be at work on a record still.
    if (this.backlog.busy) this.writer?.cancel?.();
    await this.backlog.idle();
    await this.writer?.close?.();
    await this.committer?.close?.();
  }

  private async openBoth(): Promise<void> {
    const { sink, operator, context } = this.options;
    const { subtask, parallelism } = operator.task;
    this.committer = await sink.createCommitter();
    // The checkpoint that they come from was complete; whether they were committed since, nobody knows.
    await this.commit(this.committables.items);
    if (this.closed) return;
    const currentProcessingTime = (): number => context.currentProcessingTime();
    const isCancelled = (): boolean => this.closed;
    const writing = { subtask, parallelism, currentProcessingTime, isCancelled };
    this.writer = await sink.createWriter(writing, this.writerStates.items);
  }

  private async handOver(endOfInput: boolean): Promise<void> {
    const { writer } = this;
    if (writer === undefined) return;
    await writer.flush?.(endOfInput);
    const committables = await writer.prepareCommit();
    for (const committable of committables) this.pending.push({ committable, checkpointId: undefined });
  }

  private commitThose(isDue: (each: Pending) => boolean): Promise<void> {
    const due = this.committing.then(async () => {
      const ready = this.pending.filter(isDue);
      await this.commit(ready.map(({ committable }) => committable));
      this.pending = this.pending.filter((each) => !ready.includes(each));
    });
    this.committing = due.catch(() => undefined);
    return due;
  }

  /** Repeats until nothing is left of them, or the task ends. */
  private async commit(committables: readonly unknown[]): Promise<void> {
    let left = committables;
    while (left.length > 0 && !this.closed) {
      left = (await this.committer?.commit(left)) ?? [];
      if (left.length > 0) await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.operator.task.clock.after(RETRY_AFTER_MS, resolve);
      this.cancelRetry = () => {
        cancel();
        resolve();
      };
    });
  }
}
