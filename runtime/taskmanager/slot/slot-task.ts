/**
 * One subtask in a slot thread: opens, works in slices while it has input and room, ends its output, and reports each
 * change. Between two slices it holds no control, so messages, timers and the other subtasks of the slot get their
 * turn.
 */
import type { Clock } from '../../common/clock.js';
import { asWeftError, toWireError, type WeftError } from '../../common/errors/index.js';
import type { CheckpointOrder } from '../../common/wire/protocols/checkpoints.js';
import type { OperatorFigures, TaskFindings } from '../../common/wire/protocols/task-findings.js';
import type { ExecutionState } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { RuntimeContext } from '../../functions/index.js';
import type { Chain, OperatorContext, TaskContext } from '../../operators/index.js';
import { BusyTime } from './busy-time.js';
import type { OperatorSnapshot } from '../../state/index.js';
import type { TaskCheckpoints } from './checkpoint/index.js';
import type { Findings } from './findings.js';
import type { CheckpointEnd, StateChange } from './slot-messages.js';
import type { TaskInput } from './task-input.js';
import type { TaskProgress } from './task-progress.js';
import type { TaskFigures } from './task-metrics.js';
import type { TaskOutput } from './task-output.js';

/** Records between two looks at the clock. */
const BATCH_RECORDS = 128;
/** A slice ends after this time, so that the slot's other subtasks and messages wait no longer. */
const SLICE_MS = 1;

/**
 * `ending`: the input is over, functions are being closed. `committing`: sinks wait for the checkpoint that makes their last output certain. `draining`: what was emitted leaves. `over`: nothing runs.
 */
type Phase = 'built' | 'opening' | 'running' | 'ending' | 'committing' | 'draining' | 'over';

export interface SlotTaskParts {
  executionId: string;
  context: TaskContext;
  chain: Chain;
  input: TaskInput;
  output: TaskOutput;
  findings: Findings;
  /** What its operators have taken and emitted. */
  operators: () => OperatorFigures[];
  checkpoints: TaskCheckpoints;
  /** Gives the chain its state back. */
  progress: TaskProgress;
  restore: () => Promise<void>;
  /** Checkpoints go on when inputs have ended: sinks can wait for one. */
  finalCheckpoint: boolean;
  clock: Clock;
  runtimeContextOf: (operator: OperatorContext) => RuntimeContext;
  report: (change: StateChange) => void;
  /** The task became over, or something that happened outside of a slice gives it work. */
  wake: () => void;
}

export class SlotTask {
  private phase: Phase = 'built';
  private readonly time: BusyTime;
  private stopping: Promise<void> | undefined;
  /** The savepoint with which the job is to end, once it is taken. */
  private last: CheckpointOrder | undefined;
  /** The job has ended as it stands: neither timers nor the end of the input do anything more. */
  private suspended = false;
  /** The job ends with a savepoint: no other checkpoint follows. */
  private stopped = false;
  /** Came while the functions of an input that was over were still at work. */
  private missed: CheckpointOrder | undefined;

  constructor(private readonly parts: SlotTaskParts) {
    this.time = new BusyTime(parts.clock.monotonicMs());
  }

  get executionId(): string {
    return this.parts.executionId;
  }

  get over(): boolean {
    return this.phase === 'over';
  }

  /** Opens the functions, then works. Failures are reported, not thrown. */
  async start(): Promise<void> {
    if (this.phase !== 'built') return;
    this.phase = 'opening';
    const { chain, input, restore, runtimeContextOf } = this.parts;
    try {
      await restore();
      await chain.open(runtimeContextOf);
      await input.open();
    } catch (error) {
      void this.fail(error);
      return;
    }
    if (this.stopping !== undefined) return;
    this.phase = 'running';
    this.report('RUNNING');
    this.parts.wake();
  }

  /** Works for a slice. @returns whether another slice would find work at once */
  slice(): boolean {
    try {
      this.parts.checkpoints.lookAtInFlight();
      if (this.phase === 'draining') this.finishWhenDrained();
      if (this.phase === 'committing') this.parts.checkpoints.advance();
      return this.phase === 'running' && this.work();
    } catch (error) {
      void this.fail(error);
      return false;
    }
  }

  /**
   * Sends what has waited for the buffer timeout.
   * @returns the monotonic time when the task has something to do at the latest: send again, or what its schedule says
   */
  flushExpired(nowMs: number): number {
    if (this.over || this.phase === 'built') return Infinity;
    const { output, context, clock } = this.parts;
    try {
      const flushAtMs = output.flushExpired(nowMs);
      // What is due waits for room, which wakes the task by itself.
      if (this.phase !== 'running' || !output.open) return flushAtMs;
      return Math.min(flushAtMs, nowMs + Math.max(0, context.schedule.nextMs - clock.nowMs()));
    } catch (error) {
      void this.fail(error);
      return Infinity;
    }
  }

  /** The JobManager's order to begin a checkpoint. One that is about to end takes no part; its end is told soon. */
  triggerCheckpoint(order: CheckpointOrder): void {
    this.missed = this.phase === 'ending' ? order : undefined;
    if (this.phase !== 'running' && this.phase !== 'committing') return;
    const { checkpoints, input } = this.parts;
    if (order.unaligned === true && checkpoints.turn(order)) return;
    try {
      input.checkpoints?.begin(order);
    } catch (error) {
      void this.fail(error);
    }
    this.parts.wake();
  }

  /** What became of a checkpoint that the task may have taken part in. Resolves when functions have been told. */
  async checkpointEnded(end: CheckpointEnd): Promise<void> {
    if (this.over || this.phase === 'built') return;
    const { chain, checkpoints, input, wake } = this.parts;
    checkpoints.ended(end);
    if (end.outcome === 'aborted') input.checkpoints?.aborted(end.checkpointId);
    const told =
      end.outcome === 'complete'
        ? chain.notifyCheckpointComplete(end.checkpointId)
        : chain.notifyCheckpointAborted(end.checkpointId);
    try {
      await told;
      this.endWith(end);
      if (this.phase === 'committing' && !chain.uncommitted) await this.finishCommitted();
    } catch (error) {
      void this.fail(error);
    }
    wake();
  }

  /**
   * The state of all operators at this moment, outside of the checkpoints of a JobManager: for tasks that a test drives.
   * @returns undefined while a sink is still at work for it: call again
   */
  stateNow(checkpointId: number): OperatorSnapshot[] | undefined {
    const { chain } = this.parts;
    chain.prepareSnapshot(checkpointId, false);
    return chain.complete ? chain.snapshot(checkpointId) : undefined;
  }

  /** The snapshot of this order is taken. */
  snapshotTaken(order: CheckpointOrder): void {
    if (order.kind === 'suspend' || order.kind === 'drain') {
      this.last = order;
      this.parts.output.held = true;
    }
    this.parts.input.checkpoints?.taken();
  }

  /** Ends with a failure: the first one counts. Resolves when the functions are closed. */
  fail(error: unknown): Promise<void> {
    if (this.over || this.stopping !== undefined) return this.stopping ?? Promise.resolve();
    const failure = this.parts.context.fail(asWeftError(error));
    this.report('FAILED', failure);
    this.stopping = this.stop();
    return this.stopping;
  }

  /** Ends before the input does. Resolves when the functions are closed. */
  cancel(): Promise<void> {
    if (this.over || this.stopping !== undefined) return this.stopping ?? Promise.resolve();
    this.stopping = this.stop().then(() => this.report('CANCELED'));
    return this.stopping;
  }

  findings(): TaskFindings {
    const { operators, findings, clock } = this.parts;
    return { operators: operators(), ...findings.collect(clock.nowMs()) };
  }

  figures(): TaskFigures {
    const { input, output } = this.parts;
    this.time.update(this.parts.clock.monotonicMs());
    const { busyMs, backPressuredMs, idleMs } = this.time;
    return {
      recordsIn: input.recordsIn,
      recordsOut: output.recordsOut,
      bytesIn: input.bytesIn,
      bytesOut: output.bytesOut,
      ...{ busyMs, backPressuredMs, idleMs },
      ...this.parts.progress.look(),
    };
  }

  private work(): boolean {
    const { checkpoints, clock, context, chain, input, output } = this.parts;
    if (checkpoints.holding) checkpoints.advance();
    if (checkpoints.holding || output.held) return this.standStill();
    let nowMs = clock.monotonicMs();
    const endMs = nowMs + SLICE_MS;
    if (!output.open) output.retry();
    chain.pump(output.hasRoom);
    if (!output.open) {
      this.requireNoFailure();
      this.time.become('backPressured', nowMs);
      return false;
    }
    this.time.become('busy', nowMs);
    if (!context.schedule.isEmpty && !this.suspended) context.schedule.run(clock.nowMs());
    let result = input.take(BATCH_RECORDS);
    nowMs = clock.monotonicMs();
    while (result === 'more' && nowMs < endMs && output.open && context.failure === undefined) {
      result = input.take(BATCH_RECORDS);
      nowMs = clock.monotonicMs();
    }
    this.requireNoFailure();
    chain.flush();
    if (checkpoints.holding || output.held) return this.standStill();
    if (result === 'end') void this.end();
    else if (!output.open) this.time.become('backPressured', nowMs);
    else if (result === 'wait') this.time.become('idle', nowMs);
    return result === 'more' && output.open;
  }

  /** A checkpoint waits for a sink, or a savepoint with which the job ends for its completion. */
  private standStill(): boolean {
    this.requireNoFailure();
    // What was emitted before may have found no room, the barrier included: it leaves all the same.
    this.parts.output.retry();
    this.time.become('backPressured', this.parts.clock.monotonicMs());
    return false;
  }

  /** The savepoint with which the job was to end is complete, or was given up. */
  private endWith({ checkpointId, outcome }: CheckpointEnd): void {
    if (this.last?.checkpointId !== checkpointId) return;
    const { input, output } = this.parts;
    if (outcome === 'complete') {
      this.suspended = this.last.kind === 'suspend';
      this.stopped = true;
      input.checkpoints?.stop();
    }
    this.last = undefined;
    output.held = false;
  }

  /** Closes once nothing waits for a checkpoint any more. */
  private async finishCommitted(): Promise<void> {
    if (this.stopping !== undefined) return;
    this.phase = 'ending';
    await this.finish();
  }

  /** A failure that a user function caught on its way up still counts. */
  private requireNoFailure(): void {
    if (this.parts.context.failure !== undefined) throw this.parts.context.failure;
  }

  /** The input is over: sinks finish their last record, functions close, the output is told. */
  private async end(): Promise<void> {
    this.phase = 'ending';
    try {
      // What was under way when the job was suspended is in the savepoint.
      if (!this.suspended) await this.endInput();
      this.requireNoFailure();
      if (this.stopping !== undefined) return;
      if (this.phase === 'ending') await this.finish();
    } catch (error) {
      void this.fail(error);
    }
  }

  /** Sinks finish their last record, and commit, or wait for the checkpoint that allows it. */
  private async endInput(): Promise<void> {
    const { chain, input, finalCheckpoint, wake } = this.parts;
    input.finish();
    await chain.allSettled();
    this.requireNoFailure();
    await chain.endInput();
    if (!finalCheckpoint || this.stopped) {
      await chain.commit();
    } else if (chain.uncommitted && this.stopping === undefined) {
      this.phase = 'committing';
      if (this.missed !== undefined) this.triggerCheckpoint(this.missed);
      wake();
    }
  }

  private async finish(): Promise<void> {
    const { chain, input, output, wake } = this.parts;
    await input.close();
    await chain.close();
    if (this.stopping !== undefined) return;
    output.end();
    this.phase = 'draining';
    wake();
  }

  private finishWhenDrained(): void {
    if (!this.parts.output.drained) return;
    this.time.become('idle', this.parts.clock.monotonicMs());
    this.report('FINISHED');
    this.become('over');
  }

  private async stop(): Promise<void> {
    this.phase = 'ending';
    const { chain, input } = this.parts;
    try {
      input.cancel();
    } catch {
      // The task ends anyway; what a source's cancel() throws changes nothing.
    }
    await Promise.allSettled([input.close(), chain.close()]);
    this.become('over');
  }

  private become(phase: 'over'): void {
    this.phase = phase;
    this.parts.wake();
  }

  private report(state: ExecutionState, error?: WeftError): void {
    const { executionId, clock, report } = this.parts;
    report({
      executionId,
      state,
      timeMs: clock.nowMs(),
      ...(error === undefined ? {} : { error: toWireError(error) }),
    });
  }
}
