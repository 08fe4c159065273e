import type { Clock } from '../../../common/clock.js';
import { toWireError, WeftError } from '../../../common/errors/index.js';
import type { CheckpointOrder } from '../../../common/wire/protocols/checkpoints.js';
import { SharedFolder, StateFileWriter } from '../../../checkpoint/index.js';
import type { OperatorSnapshot } from '../../../state/index.js';
import type { CheckpointEnd, CheckpointReport } from '../slot-messages.js';
import type { AlignedCheckpoint } from './barrier-aligner.js';

/** What a checkpoint needs of its task. */
export interface CheckpointedTask {
  readonly executionId: string;
  /** Name of the task's state files, without what tells attempts apart. */
  readonly fileName: string;
  /** Whether a snapshot now would miss no record: no sink is still writing one. */
  readonly settled: () => boolean;
  /** What waits in the source goes down the chain; a job that is drained gets its last watermark. */
  readonly prepare: (order: CheckpointOrder) => void;
  readonly snapshot: (checkpointId: number) => readonly OperatorSnapshot[];
  readonly broadcast: (order: CheckpointOrder) => void;
  /** The snapshot is taken: input may be read again, unless the job is about to end. */
  readonly taken: (order: CheckpointOrder) => void;
}

/** Takes the snapshots of one task, one at a time, and writes them beside its work. */
export class TaskCheckpoints {
  /** Aligned, but a sink is still writing. */
  private held: AlignedCheckpoint | undefined;
  private readonly writing = new Map<number, StateFileWriter>();

  constructor(
    private readonly task: CheckpointedTask,
    private readonly clock: Clock,
    private readonly report: (report: CheckpointReport) => void,
  ) {}

  /** While true, the task must take no input and emit nothing. */
  get holding(): boolean {
    return this.held !== undefined;
  }

  /** Everything of the input that belongs to the checkpoint has been taken. @throws what a function's snapshot throws */
  aligned(checkpoint: AlignedCheckpoint): void {
    this.held = checkpoint;
    this.advance();
  }

  /** Takes the snapshot that is due, if nothing is in its way any more. @throws what a function's snapshot throws */
  advance(): void {
    const { held, task } = this;
    if (held === undefined || !task.settled()) return;
    const { order } = held;
    const begunMs = this.clock.monotonicMs();
    task.prepare(order);
    // What was emitted just now may have set a sink to work.
    if (!task.settled()) return;
    const snapshots = task.snapshot(order.checkpointId);
    task.broadcast(order);
    this.held = undefined;
    const syncMs = this.clock.monotonicMs() - begunMs;
    void this.write(held, snapshots, syncMs);
    task.taken(order);
  }

  ended({ checkpointId, outcome }: CheckpointEnd): void {
    if (outcome !== 'aborted') return;
    if (this.held?.order.checkpointId === checkpointId) {
      const { order } = this.held;
      this.held = undefined;
      this.task.taken({ ...order, kind: 'checkpoint' });
    }
    void this.writing.get(checkpointId)?.abort();
  }

  private async write(
    { order, startDelayMs, alignmentMs }: AlignedCheckpoint,
    snapshots: readonly OperatorSnapshot[],
    syncMs: number,
  ): Promise<void> {
    const { executionId, fileName } = this.task;
    const { checkpointId, folder, inlineThresholdBytes, sharedFolder } = order;
    const begunMs = this.clock.monotonicMs();
    const name = `${fileName}-${executionId.slice(0, 8)}`;
    const shared = sharedFolder === undefined ? undefined : new SharedFolder(sharedFolder, `${name}-${checkpointId}`);
    const writer = new StateFileWriter({ folder, name, inlineThresholdBytes, shared });
    this.writing.set(checkpointId, writer);
    try {
      for (const snapshot of snapshots) {
        await snapshot.writeTo(writer.operator(snapshot.operatorId, snapshot.operatorName));
      }
      const state = await writer.finish();
      const asyncMs = this.clock.monotonicMs() - begunMs;
      const acknowledgement = { executionId, checkpointId, state, startDelayMs, alignmentMs, syncMs, asyncMs };
      this.report({ type: 'acknowledged', acknowledgement });
    } catch (error) {
      await writer.abort().catch(() => undefined);
      this.report({ type: 'declined', checkpointId, executionId, error: toWireError(notWritten(error, folder)) });
    } finally {
      this.writing.delete(checkpointId);
      for (const snapshot of snapshots) snapshot.release();
    }
  }
}

function notWritten(error: unknown, folder: string): WeftError {
  if (error instanceof WeftError && !error.code.startsWith('FILE')) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new WeftError('CHECKPOINT_FAILED', `The state of a task could not be written to ${folder}: ${why}`, {
    subject: folder,
    cause: error,
  });
}
