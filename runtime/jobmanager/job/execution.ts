/** One attempt of one subtask: its state, when it entered which, where it runs, and its figures. */
import { newExecutionId } from '../../common/ids.js';
import { canTransition, transition } from '../../common/state-machine.js';
import type { MetricsSample } from '../../common/metrics/index.js';
import type { AccumulatorState } from '../../common/wire/protocols/task-findings.js';
import type { ExecutionState, TaskMetrics } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { SubtaskKey } from '../../graph/execution-graph.js';
import type { TaskManager } from '../task-managers.js';
import { EXECUTION_TRANSITIONS, isTerminalExecution } from './states.js';

/** Where an execution was deployed; kept after its end. */
export interface ExecutionPlace {
  readonly resourceId: string;
  readonly slot: number;
  /** The region of the job that the thread belongs to. */
  readonly region: number;
  readonly host: string;
  /** `host:port` of the data plane. */
  readonly endpoint: string;
  readonly nodeHttpAddress: string;
  readonly pid: number;
}

export class Execution implements SubtaskKey {
  readonly executionId: string = newExecutionId();
  readonly vertexId: string;
  readonly subtask: number;
  /** When each state was entered; only those that were. */
  readonly enteredMs: Partial<Record<ExecutionState, number>> = {};
  place: ExecutionPlace | undefined;
  /** Number of the worker thread in the TaskManager's process, once it has built the task. */
  thread: number | undefined;
  /** The two latest samples, for rates. */
  previous: MetricsSample | undefined;
  latest: MetricsSample | undefined;
  private current: ExecutionState = 'CREATED';

  /** @param attempt how often the subtask was deployed before */
  constructor(
    key: SubtaskKey,
    readonly region: number,
    readonly attempt: number,
    nowMs: number,
  ) {
    this.vertexId = key.vertexId;
    this.subtask = key.subtask;
    this.enteredMs.CREATED = nowMs;
  }

  get state(): ExecutionState {
    return this.current;
  }

  get terminal(): boolean {
    return isTerminalExecution(this.current);
  }

  /** As the latest sample tells them. */
  get accumulators(): readonly AccumulatorState[] {
    return this.latest?.metrics.accumulators ?? [];
  }

  /** Whether a report of (or an order to) this state is legal now. */
  accepts(state: ExecutionState): boolean {
    return canTransition(EXECUTION_TRANSITIONS, this.current, state);
  }

  /** Returns whether the state changed. @throws ILLEGAL_TRANSITION */
  become(state: ExecutionState, nowMs: number): boolean {
    const next = transition('execution', EXECUTION_TRANSITIONS, this.current, state);
    if (next === this.current) return false;
    this.current = next;
    this.enteredMs[next] = nowMs;
    return true;
  }

  placeAt({ registration }: TaskManager, slot: number): void {
    const { resourceId, host, data, nodeHttpAddress, pid } = registration;
    this.place = {
      resourceId,
      slot,
      region: this.region,
      host,
      endpoint: `${data.host}:${data.port}`,
      nodeHttpAddress,
      pid,
    };
  }

  measured(metrics: TaskMetrics, timeMs: number): void {
    if (this.latest !== undefined && this.latest.timeMs < timeMs) this.previous = this.latest;
    this.latest = { timeMs, metrics };
  }
}
