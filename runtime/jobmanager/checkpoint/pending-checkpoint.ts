import type { EnumeratorState } from '../../checkpoint/index.js';
import type { Acknowledgement, CheckpointOrder } from '../../common/wire/protocols/checkpoints.js';

/**
 * checkpoint: periodic, owned by the job. savepoint: owned by the user. suspend, drain: a savepoint after which the job ends, as
 * it stands or as if its input had ended.
 */
export type CheckpointKind = CheckpointOrder['kind'];

export interface CheckpointTask {
  readonly executionId: string;
  readonly vertexId: string;
  readonly subtask: number;
}

/** Who takes part in a checkpoint, as things stand when it begins. */
export interface CheckpointPlan {
  /** Get the order from the JobManager: those with nobody before them that still runs. */
  readonly trigger: readonly CheckpointTask[];
  /** All that still run. */
  readonly acknowledge: readonly CheckpointTask[];
  /** Their state is that they have ended. */
  readonly finished: readonly CheckpointTask[];
}

export interface AcknowledgedTask extends Acknowledgement {
  readonly task: CheckpointTask;
  readonly acknowledgedMs: number;
}

/** A checkpoint on its way. */
export class PendingCheckpoint {
  /** What the enumerators of sources keep. */
  enumerators: readonly EnumeratorState[] = [];
  readonly acknowledged = new Map<string, AcknowledgedTask>();
  private readonly waitingFor: Map<string, CheckpointTask>;

  constructor(
    readonly id: number,
    readonly kind: CheckpointKind,
    readonly plan: CheckpointPlan,
    /** Epoch milliseconds. */
    readonly triggeredMs: number,
    /** Where a savepoint was asked to go. */
    readonly target: string | undefined,
  ) {
    this.waitingFor = new Map(plan.acknowledge.map((task) => [task.executionId, task]));
  }

  get isSavepoint(): boolean {
    return this.kind !== 'checkpoint';
  }

  get complete(): boolean {
    return this.waitingFor.size === 0;
  }

  /** Who has not acknowledged yet. */
  get missing(): readonly CheckpointTask[] {
    return [...this.waitingFor.values()];
  }

  isWaitingFor(executionId: string): boolean {
    return this.waitingFor.has(executionId);
  }

  /** @returns false for what is not waited for (any longer) */
  acknowledge(acknowledgement: Acknowledgement, nowMs: number): boolean {
    const task = this.waitingFor.get(acknowledgement.executionId);
    if (task === undefined) return false;
    this.waitingFor.delete(acknowledgement.executionId);
    this.acknowledged.set(acknowledgement.executionId, { ...acknowledgement, task, acknowledgedMs: nowMs });
    return true;
  }
}
