import type { Clock } from '../../../common/clock.js';
import { toWireError, WeftError } from '../../../common/errors/index.js';
import type { CheckpointOrder, InFlightSummary } from '../../../common/wire/protocols/checkpoints.js';
import { SharedFolder, StateFileWriter } from '../../../checkpoint/index.js';
import type { OperatorSnapshot } from '../../../state/index.js';
import type { CheckpointEnd, CheckpointReport } from '../slot-messages.js';
import type { AlignedCheckpoint } from './barrier-aligner.js';
import { InFlightData, type CapturedChannel, type CutChannel } from './in-flight-data.js';
import { IN_FLIGHT } from './in-flight-format.js';

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
  /** Sends the barrier. @returns the channels that it may overtake records in */
  readonly broadcast: (order: CheckpointOrder) => readonly CutChannel[];
  /** Begins to copy what is on its way to the task. */
  readonly capture: (order: CheckpointOrder) => readonly CapturedChannel[];
  /** What the task has read so far. */
  readonly bytesRead: () => number;
  /** The snapshot is taken: input may be read again, unless the job is about to end. */
  readonly taken: (order: CheckpointOrder) => void;
}

/** Takes the snapshots of one task, one at a time, and writes them beside its work. */
export class TaskCheckpoints {
  /** Aligned, but a sink is still writing. */
  private held: AlignedCheckpoint | undefined;
  /** Of the latest snapshot. */
  private takenId = 0;
  private readonly writing = new Map<number, StateFileWriter>();
  private readonly inFlight = new Map<number, InFlightData>();

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
    const inFlight = this.cut(order);
    this.held = undefined;
    this.takenId = order.checkpointId;
    const syncMs = this.clock.monotonicMs() - begunMs;
    void this.write(held, snapshots, syncMs, inFlight);
    task.taken(order);
  }

  /** Looks what has come of what is on its way; before the task reads on. Cheap while nothing is copied. */
  lookAtInFlight(): void {
    if (this.inFlight.size === 0) return;
    for (const inFlight of this.inFlight.values()) inFlight.advance();
  }

  /** The checkpoint is unaligned from now on. @returns whether the task has taken its snapshot, or is about to */
  turn(order: CheckpointOrder): boolean {
    const { checkpointId } = order;
    if (this.held?.order.checkpointId === checkpointId) {
      this.held = { ...this.held, order };
      return true;
    }
    this.inFlight.get(checkpointId)?.takeOutput();
    return checkpointId <= this.takenId;
  }

  ended({ checkpointId, outcome }: CheckpointEnd): void {
    if (outcome !== 'aborted') return;
    this.inFlight.get(checkpointId)?.abandon();
    if (this.held?.order.checkpointId === checkpointId) {
      const { order } = this.held;
      this.held = undefined;
      this.task.taken({ ...order, kind: 'checkpoint' });
    }
    void this.writing.get(checkpointId)?.abort();
  }

  /** The barrier leaves, and what it overtakes, or may still overtake, is kept an eye on. */
  private cut(order: CheckpointOrder): InFlightData | undefined {
    const outputs = this.task.broadcast(order);
    if (order.unaligned !== true && order.mayTurn !== true) return undefined;
    const inputs = order.unaligned === true ? this.task.capture(order) : [];
    const inFlight = new InFlightData(order, inputs, outputs);
    this.inFlight.set(order.checkpointId, inFlight);
    return inFlight;
  }

  private async write(
    { order, startDelayMs, alignmentMs, processedBytes }: AlignedCheckpoint,
    snapshots: readonly OperatorSnapshot[],
    syncMs: number,
    inFlight: InFlightData | undefined,
  ): Promise<void> {
    const { executionId, fileName } = this.task;
    const { checkpointId, folder, inlineThresholdBytes, sharedFolder } = order;
    const begunMs = this.clock.monotonicMs();
    const begunBytes = this.task.bytesRead();
    const name = `${fileName}-${executionId.slice(0, 8)}`;
    const shared = sharedFolder === undefined ? undefined : new SharedFolder(sharedFolder, `${name}-${checkpointId}`);
    const writer = new StateFileWriter({ folder, name, inlineThresholdBytes, shared });
    this.writing.set(checkpointId, writer);
    const arriving = inFlight?.complete.then(() => ({
      ms: inFlight.unaligned ? this.clock.monotonicMs() - begunMs : 0,
      bytes: this.task.bytesRead() - begunBytes,
    }));
    // Awaited below, unless writing fails before.
    arriving?.catch(() => undefined);
    try {
      for (const snapshot of snapshots) {
        await snapshot.writeTo(writer.operator(snapshot.operatorId, snapshot.operatorName));
      }
      const arrival = await arriving;
      await inFlight?.writeTo(writer.operator(IN_FLIGHT, 'in-flight data'));
      const state = { ...(await writer.finish()), ...summariesOf(inFlight) };
      const asyncMs = this.clock.monotonicMs() - begunMs;
      this.report({
        type: 'acknowledged',
        acknowledgement: {
          ...{ executionId, checkpointId, state, startDelayMs, syncMs, asyncMs },
          alignmentMs: alignmentMs + (arrival?.ms ?? 0),
          processedBytes: processedBytes + (arrival?.bytes ?? 0),
          unaligned: inFlight?.unaligned === true,
        },
      });
    } catch (error) {
      await writer.abort().catch(() => undefined);
      this.report({ type: 'declined', checkpointId, executionId, error: toWireError(notWritten(error, folder)) });
    } finally {
      this.writing.delete(checkpointId);
      this.inFlight.delete(checkpointId);
      for (const snapshot of snapshots) snapshot.release();
    }
  }
}

function summariesOf(inFlight: InFlightData | undefined): { inFlight?: InFlightSummary[] } {
  const summaries = inFlight?.summaries ?? [];
  return summaries.length === 0 ? {} : { inFlight: summaries };
}

function notWritten(error: unknown, folder: string): WeftError {
  if (error instanceof WeftError && !error.code.startsWith('FILE')) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new WeftError('CHECKPOINT_FAILED', `The state of a task could not be written to ${folder}: ${why}`, {
    subject: folder,
    cause: error,
  });
}
