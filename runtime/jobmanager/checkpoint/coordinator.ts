/**
 * When checkpoints of a job begin, which of them count, and when failures of checkpoints are failures of the job. Told of
 * events, it answers with calls of its port; it does no I/O, so that its tests can put any order of events before it.
 *
 * Rules (Flink's CheckpointCoordinator and CheckpointRequestDecider): periodic checkpoints keep a minimum pause and a maximum
 * number; savepoints need to wait for neither, unless checkpoints are unaligned: then one follows the other. A completed checkpoint supersedes those that began before it. Failures in a row
 * are counted, of periodic checkpoints only; one more than tolerated fails the job. What a task's end interrupts is no failure.
 */
import type { Clock } from '../../common/clock.js';
import { WeftError, asWeftError } from '../../common/errors/index.js';
import type { Acknowledgement } from '../../common/wire/protocols/checkpoints.js';
import type { CoordinatorSettings } from './checkpoint-settings.js';
import {
  PendingCheckpoint,
  type CheckpointKind,
  type CheckpointPlan,
  type CheckpointTask,
} from './pending-checkpoint.js';

/** What the coordinator has done. */
export interface CheckpointPort {
  /** Who would take part now; undefined while not all tasks run. */
  plan(): CheckpointPlan | undefined;
  /** Sends the order to the tasks of `plan.trigger`. */
  trigger(pending: PendingCheckpoint): void;
  /** All have acknowledged: makes it last, then calls `finalized` or `failed`. */
  finalize(pending: PendingCheckpoint): void;
  /** It lasts: tells the tasks, and forgets what it supersedes. */
  completed(pending: PendingCheckpoint): void;
  /** It does not count: tells the tasks and deletes what there is of it. */
  aborted(pending: PendingCheckpoint, reason: WeftError): void;
  /** Too many checkpoints failed in a row. */
  failJob(error: WeftError): void;
}

export interface SavepointRequest {
  readonly kind: Exclude<CheckpointKind, 'checkpoint'>;
  readonly target: string;
}

interface Waiting {
  readonly kind: CheckpointKind;
  readonly request: SavepointRequest | undefined;
  readonly resolve: (completed: PendingCheckpoint) => void;
  readonly reject: (error: WeftError) => void;
}

/** After a checkpoint that a task's end interrupted, the next one does not wait for the whole interval. */
const SOON_MS = 50;

export interface CoordinatorOptions {
  readonly clock: Clock;
  readonly settings: CoordinatorSettings;
  readonly port: CheckpointPort;
  /** The id of the first checkpoint. */
  readonly firstId: number;
  /** From 0 to 1, for the first delay. */
  readonly random: () => number;
}

export class CheckpointCoordinator {
  /** Those on their way, the oldest first. */
  private readonly pending = new Map<number, PendingCheckpoint>();
  private readonly finalizing = new Set<number>();
  private readonly waiting = new Map<number, Waiting>();
  private readonly cancelTimeouts = new Map<number, () => void>();
  private running = false;
  private nextId: number;
  private failuresInARow = 0;
  private lastEndMs = -Infinity;
  private cancelPeriodic: (() => void) | undefined;
  /** A periodic checkpoint was due while too many were on their way. */
  private overdue = false;
  /** Asked for, and to begin when nothing else is on its way. */
  private readonly queued: Waiting[] = [];

  constructor(private readonly options: CoordinatorOptions) {
    this.nextId = options.firstId;
  }

  /** The id that the next checkpoint gets. */
  get nextCheckpointId(): number {
    return this.nextId;
  }

  get pendingCheckpoints(): readonly PendingCheckpoint[] {
    return [...this.pending.values()];
  }

  /** All tasks run: periodic checkpoints begin. */
  start(): void {
    if (this.running) return;
    this.running = true;
    const { intervalMs, minPauseMs } = this.options.settings;
    if (intervalMs === undefined) return;
    const earliestMs = Math.min(minPauseMs, intervalMs);
    this.schedule(earliestMs + (intervalMs - earliestMs) * this.options.random());
  }

  /** The tasks end, for whatever reason: nothing that is on its way can complete. */
  stop(reason: WeftError): void {
    this.running = false;
    this.overdue = false;
    this.cancelPeriodic?.();
    this.cancelPeriodic = undefined;
    for (const pending of [...this.pending.values()]) {
      if (!this.finalizing.has(pending.id)) this.abort(pending, reason);
    }
    for (const waiting of this.queued.splice(0)) waiting.reject(reason);
  }

  /** @throws CHECKPOINT_NOT_POSSIBLE, CHECKPOINT_FAILED, CHECKPOINT_EXPIRED … as a rejection */
  savepoint(request: SavepointRequest): Promise<PendingCheckpoint> {
    return this.request(request.kind, request);
  }

  /** A checkpoint that was asked for, beside the periodic ones. Rejects as `savepoint`. */
  checkpoint(): Promise<PendingCheckpoint> {
    return this.request('checkpoint', undefined);
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    const { checkpointId } = acknowledgement;
    const pending = this.pending.get(checkpointId);
    if (pending === undefined || !pending.acknowledge(acknowledgement, this.options.clock.nowMs())) return;
    if (!pending.complete || this.finalizing.has(checkpointId)) return;
    this.finalizing.add(checkpointId);
    this.options.port.finalize(pending);
  }

  /** A task could not take part. */
  decline(checkpointId: number, executionId: string, error: WeftError): void {
    const pending = this.pending.get(checkpointId);
    if (pending?.isWaitingFor(executionId) === true) this.fail(pending, error);
  }

  /** What `port.finalize` was asked for is done. */
  finalized(checkpointId: number): void {
    const pending = this.take(checkpointId);
    if (pending === undefined) return;
    this.lastEndMs = this.options.clock.monotonicMs();
    if (!pending.isSavepoint) {
      this.failuresInARow = 0;
      for (const older of [...this.pending.values()]) {
        if (older.id < checkpointId && !older.isSavepoint) this.abort(older, superseded(older.id, checkpointId));
      }
    }
    this.options.port.completed(pending);
    this.waiting.get(checkpointId)?.resolve(pending);
    this.waiting.delete(checkpointId);
    this.triggerOverdue();
  }

  /** It could not be made to last. */
  finalizeFailed(checkpointId: number, error: unknown): void {
    const pending = this.pending.get(checkpointId);
    if (pending !== undefined) this.fail(pending, asWeftError(error));
  }

  /** The task will acknowledge nothing any more. What waited for it begins anew. */
  taskFinished({ executionId }: Pick<CheckpointTask, 'executionId'>): void {
    const hit = [...this.pending.values()].filter((pending) => pending.isWaitingFor(executionId));
    for (const pending of hit) {
      const retried = this.waiting.get(pending.id);
      this.waiting.delete(pending.id);
      this.abort(pending, interrupted(pending.id));
      if (retried !== undefined) this.begin(retried);
    }
    if (hit.length > 0 && this.options.settings.intervalMs !== undefined) this.schedule(SOON_MS);
  }

  private request(kind: CheckpointKind, request: SavepointRequest | undefined): Promise<PendingCheckpoint> {
    return new Promise((resolve, reject) => {
      this.begin({ kind, request, resolve, reject });
    });
  }

  private begin(waiting: Waiting): void {
    const plan = this.running ? this.options.port.plan() : undefined;
    if (plan === undefined || plan.acknowledge.length === 0) waiting.reject(notPossible());
    else if (this.options.settings.unaligned && this.pending.size > 0) this.queued.push(waiting);
    else this.trigger(waiting.kind, plan, waiting);
  }

  private schedule(delayMs: number): void {
    this.cancelPeriodic?.();
    this.cancelPeriodic = this.options.clock.after(delayMs, () => {
      this.periodic();
    });
  }

  private periodic(): void {
    const { intervalMs, minPauseMs, maxConcurrent, unaligned } = this.options.settings;
    if (!this.running || intervalMs === undefined) return;
    const pauseLeftMs = this.lastEndMs + minPauseMs - this.options.clock.monotonicMs();
    if (pauseLeftMs > 0) {
      this.schedule(pauseLeftMs);
      return;
    }
    this.schedule(intervalMs);
    const counted = [...this.pending.values()].filter(({ isSavepoint }) => unaligned || !isSavepoint);
    if (counted.length >= maxConcurrent) {
      this.overdue = true;
      return;
    }
    this.overdue = false;
    const plan = this.options.port.plan();
    if (plan === undefined || plan.acknowledge.length === 0) return;
    if (plan.finished.length > 0 && !this.options.settings.afterTasksFinish) return;
    this.trigger('checkpoint', plan, undefined);
  }

  private trigger(kind: CheckpointKind, plan: CheckpointPlan, waiting: Waiting | undefined): void {
    const { clock, settings, port } = this.options;
    const pending = new PendingCheckpoint(this.nextId++, kind, plan, clock.nowMs(), waiting?.request?.target);
    this.pending.set(pending.id, pending);
    if (waiting !== undefined) this.waiting.set(pending.id, waiting);
    const cancel = clock.after(settings.timeoutMs, () => {
      this.fail(pending, expired(pending, settings.timeoutMs));
    });
    this.cancelTimeouts.set(pending.id, cancel);
    port.trigger(pending);
  }

  private fail(pending: PendingCheckpoint, error: WeftError): void {
    this.abort(pending, error);
    if (pending.isSavepoint || !this.running) return;
    this.failuresInARow++;
    const { tolerableFailures } = this.options.settings;
    if (this.failuresInARow > tolerableFailures) {
      this.failuresInARow = 0;
      this.options.port.failJob(tooMany(pending.id, tolerableFailures, error));
    }
  }

  private abort(pending: PendingCheckpoint, reason: WeftError): void {
    if (this.take(pending.id) === undefined) return;
    this.lastEndMs = this.options.clock.monotonicMs();
    this.options.port.aborted(pending, reason);
    this.waiting.get(pending.id)?.reject(reason);
    this.waiting.delete(pending.id);
    this.triggerOverdue();
  }

  private take(checkpointId: number): PendingCheckpoint | undefined {
    const pending = this.pending.get(checkpointId);
    this.pending.delete(checkpointId);
    this.finalizing.delete(checkpointId);
    this.cancelTimeouts.get(checkpointId)?.();
    this.cancelTimeouts.delete(checkpointId);
    return pending;
  }

  private triggerOverdue(): void {
    const queued = this.pending.size === 0 && this.running ? this.queued.shift() : undefined;
    if (queued !== undefined) this.begin(queued);
    if (!this.overdue || !this.running) return;
    this.overdue = false;
    this.schedule(0);
  }
}

function notPossible(): WeftError {
  return new WeftError('CHECKPOINT_NOT_POSSIBLE', 'Not all tasks of the job run now, so no checkpoint can be taken.');
}

function superseded(id: number, by: number): WeftError {
  return new WeftError('CHECKPOINT_ABORTED', `Checkpoint ${id} is superseded by checkpoint ${by}.`);
}

function interrupted(id: number): WeftError {
  return new WeftError('CHECKPOINT_ABORTED', `A task finished while checkpoint ${id} was on its way.`);
}

function expired({ id, plan, acknowledged }: PendingCheckpoint, timeoutMs: number): WeftError {
  const missing = plan.acknowledge.length - acknowledged.size;
  return new WeftError(
    'CHECKPOINT_EXPIRED',
    `Checkpoint ${id} did not complete within ${timeoutMs} ms: ${missing} of ${plan.acknowledge.length} tasks have not acknowledged it.`,
  );
}

function tooMany(id: number, tolerated: number, cause: WeftError): WeftError {
  return new WeftError(
    'CHECKPOINT_FAILURES_EXCEEDED',
    `Checkpoint ${id} failed, and no more than ${tolerated} in a row may fail: ${cause.message}`,
    { cause, ...(cause.subject === undefined ? {} : { subject: cause.subject }) },
  );
}
