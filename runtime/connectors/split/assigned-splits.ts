/** Which splits were assigned to which reader since the last checkpoint that is safe: those that a reader loses when it fails. */
import type { SourceSplit } from '../../functions/index.js';

type BySubtask = Map<number, SourceSplit[]>;

export class AssignedSplits {
  /** Assigned before the checkpoint, and after the one in front of it; checkpoints in ascending order. */
  private readonly byCheckpoint = new Map<number, BySubtask>();
  private since: BySubtask = new Map();

  add(subtask: number, splits: readonly SourceSplit[]): void {
    this.since.set(subtask, [...(this.since.get(subtask) ?? []), ...splits]);
  }

  /** A checkpoint begins: what was assigned so far is part of it. */
  checkpoint(checkpointId: number): void {
    this.byCheckpoint.set(checkpointId, this.since);
    this.since = new Map();
  }

  /** The checkpoint is safe: no reader loses what is in it. */
  forget(checkpointId: number): void {
    for (const id of this.byCheckpoint.keys()) if (id <= checkpointId) this.byCheckpoint.delete(id);
  }

  /**
   * Takes what a reader that comes back with the state of a checkpoint does not have.
   * @param checkpointId undefined: it comes back without any state
   */
  takeSince(subtask: number, checkpointId = -Infinity): SourceSplit[] {
    const lost: SourceSplit[] = [];
    for (const [id, assigned] of [...this.byCheckpoint, [Infinity, this.since] as const]) {
      if (id <= checkpointId) continue;
      lost.push(...(assigned.get(subtask) ?? []));
      assigned.delete(subtask);
    }
    return lost;
  }
}
