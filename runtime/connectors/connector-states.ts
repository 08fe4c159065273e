/** What a source or a sink keeps for checkpoints: lists by name, and being told when to fill them. Filled again before `open`. */
export interface ConnectorStates {
  /** Whether it begins with the state of a checkpoint. */
  readonly isRestored: boolean;
  /** @param mode SPLIT: the items are dealt out among the subtasks; UNION: each gets all */
  list(name: string, mode: 'SPLIT' | 'UNION'): { items: unknown[] };
  takePart(participant: CheckpointTaker): void;
}

/** Told of checkpoints as `CheckpointParticipant` of the state's contract is. */
export interface CheckpointTaker {
  /** Puts what is to be kept into the lists. Must not wait. */
  snapshotState(checkpointId: number): void;
  notifyCheckpointComplete?(checkpointId: number): void | Promise<void>;
}
