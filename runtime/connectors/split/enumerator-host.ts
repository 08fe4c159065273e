/**
 * Runs the enumerator of one source: hands it what readers say, sends them what it assigns, and remembers what it assigned since
 * the last checkpoint, so that splits of a lost reader go back to it.
 */
import type { Clock } from '../../common/clock.js';
import { WeftError } from '../../common/errors/index.js';
import type { FromReader, ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type {
  AsyncSchedule,
  Source,
  SourceSplit,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../../functions/index.js';
import { AssignedSplits } from './assigned-splits.js';
import {
  deserializeEvent,
  deserializeState,
  serializeEvent,
  serializeSplit,
  serializeState,
  type SerializedState,
} from './serialized.js';

export interface EnumeratorHostOptions {
  source: Source<unknown>;
  /** The source's name, for errors. */
  name: string;
  parallelism: number;
  clock: Clock;
  /** Undefined: the job starts from the beginning. */
  restored: SerializedState | undefined;
  send: (subtask: number, message: ToReader) => void;
  /** Once; the enumerator is not called any more. */
  failed: (error: WeftError) => void;
}

export class EnumeratorHost {
  private enumerator: SplitEnumerator<SourceSplit> | undefined;
  private started = false;
  private over = false;
  /** What came before the enumerator had started. */
  private waiting: ((enumerator: SplitEnumerator<SourceSplit>) => void)[] = [];
  private readonly readers = new Set<number>();
  private readonly assigned = new AssignedSplits();
  private readonly timers = new Set<() => void>();

  constructor(private readonly options: EnumeratorHostOptions) {}

  /** Resolves when it runs, or has failed. */
  async start(): Promise<void> {
    const { source, restored } = this.options;
    try {
      const state = restored === undefined ? undefined : deserializeState(source, restored);
      this.enumerator = source.createEnumerator(this.context(), state);
      await this.enumerator.start?.();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.started = true;
    for (const action of this.waiting.splice(0)) this.call(action);
  }

  receive(subtask: number, message: FromReader): void {
    this.call((enumerator) => {
      if (message.type === 'register') {
        this.readers.add(subtask);
        enumerator.addReader?.(subtask);
      } else if (message.type === 'requestSplit') {
        enumerator.handleSplitRequest(subtask);
      } else if (message.type === 'event') {
        enumerator.handleSourceEvent?.(subtask, deserializeEvent(message.data));
      }
    });
  }

  /**
   * The reader is gone, and comes back with the splits of that checkpoint.
   * @param checkpointId undefined: it comes back with none
   */
  readerLost(subtask: number, checkpointId: number | undefined): void {
    this.readers.delete(subtask);
    const splits = this.assigned.takeSince(subtask, checkpointId);
    if (splits.length > 0) this.call((enumerator) => enumerator.addSplitsBack(splits, subtask));
  }

  /** @throws SOURCE_ENUMERATOR_FAILED when it has not started, and what it throws itself */
  snapshot(checkpointId: number): SerializedState {
    const { enumerator } = this;
    if (enumerator === undefined || !this.started || this.over) throw this.failure('it does not run');
    try {
      const state = serializeState(this.options.source, enumerator.snapshotState(checkpointId));
      this.assigned.checkpoint(checkpointId);
      return state;
    } catch (error) {
      throw this.failure(error);
    }
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.assigned.forget(checkpointId);
    this.call((enumerator) => enumerator.notifyCheckpointComplete?.(checkpointId));
  }

  async close(): Promise<void> {
    this.over = true;
    this.waiting = [];
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    await this.enumerator?.close?.();
  }

  private call(action: (enumerator: SplitEnumerator<SourceSplit>) => void): void {
    if (this.over) return;
    const { enumerator } = this;
    if (enumerator === undefined || !this.started) {
      this.waiting.push(action);
      return;
    }
    try {
      action(enumerator);
    } catch (error) {
      this.fail(error);
    }
  }

  private context(): SplitEnumeratorContext<SourceSplit> {
    const { parallelism, send } = this.options;
    const assign = (splits: readonly SourceSplit[], subtask: number): void => {
      this.requireReader(subtask);
      if (this.over) return;
      const { source } = this.options;
      send(subtask, { type: 'addSplits', splits: splits.map((split) => serializeSplit(source, split)) });
      this.assigned.add(subtask, splits);
    };
    return {
      currentParallelism: parallelism,
      registeredReaders: () => [...this.readers].toSorted((a, b) => a - b),
      assignSplit: (split, subtask) => assign([split], subtask),
      assignSplits: (assignment) => {
        for (const [subtask, splits] of assignment) assign(splits, subtask);
      },
      signalNoMoreSplits: (subtask) => send(subtask, { type: 'noMoreSplits' }),
      sendEventToSourceReader: (subtask, event) => send(subtask, { type: 'event', data: serializeEvent(event) }),
      callAsync: (work, handler, schedule) => this.callAsync(work, handler, schedule),
    };
  }

  private requireReader(subtask: number): void {
    if (this.readers.has(subtask)) return;
    throw new WeftError(
      'SOURCE_ENUMERATOR_FAILED',
      `A split was assigned to subtask ${subtask}, whose reader is not there.`,
    );
  }

  private callAsync<V>(
    work: () => Promise<V>,
    handler: (value: V | undefined, error: unknown) => void,
    schedule: AsyncSchedule | undefined,
  ): void {
    const run = (): void => {
      if (this.over) return;
      void this.outcomeOf(work).then(({ value, error }) => {
        if (error !== undefined && handler.length < 2) this.fail(error);
        else this.call(() => handler(value, error));
        if (schedule !== undefined) this.later(schedule.periodMs, run);
      });
    };
    if (schedule === undefined) run();
    else this.later(schedule.initialDelayMs, run);
  }

  private async outcomeOf<V>(work: () => Promise<V>): Promise<{ value?: V; error?: unknown }> {
    try {
      return { value: await work() };
    } catch (error) {
      return { error: error ?? new Error(String(error)) };
    }
  }

  private later(delayMs: number, run: () => void): void {
    if (this.over) return;
    const cancel = this.options.clock.after(delayMs, () => {
      this.timers.delete(cancel);
      run();
    });
    this.timers.add(cancel);
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.options.failed(this.failure(error));
    void this.close().catch(() => undefined);
  }

  private failure(error: unknown): WeftError {
    if (error instanceof WeftError && error.subject === this.options.name) return error;
    const { name } = this.options;
    const why = error instanceof Error ? error.message : String(error);
    const code = error instanceof WeftError ? error.code : 'SOURCE_ENUMERATOR_FAILED';
    const failure = new WeftError(code, `${name}, enumerator: ${why}`, { subject: name, cause: error });
    if (error instanceof Error && error.stack !== undefined) failure.stack = error.stack;
    return failure;
  }
}
