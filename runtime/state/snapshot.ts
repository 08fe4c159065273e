/** What passes between the state of an operator and whoever keeps checkpoints: the contract of both sides. */

/**
 * What becomes of the items of an operator's list state when the parallelism changes. SPLIT: they are dealt out in turn.
 * UNION: every subtask gets all of them. BROADCAST: every subtask has the same, and gets one copy.
 */
export type DistributionMode = 'SPLIT' | 'UNION' | 'BROADCAST';

/** A file that several checkpoints need. */
export interface SharedFile {
  /** As the file system takes it. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly crc32: number;
}

/** Where a snapshot puts what later snapshots of the same operator and subtask need not write again. */
export interface SharedOutput {
  /** Keeps the bytes in a file of their own. @throws FILE_FAILED */
  store(bytes: AsyncIterable<Uint8Array>): Promise<SharedFile>;
  /**
   * The keyed state is a log: the bytes of all these files, in order, and the tail. At most once.
   * @param description what the reader needs to understand it (JSON)
   */
  log(description: Uint8Array, files: readonly SharedFile[], tail: Uint8Array): void | Promise<void>;
}

/** Where a snapshot is written. A call may return a promise to slow the writer down. */
export interface SnapshotOutput {
  /**
   * A portion of the keyed state of one key group. A group may have any number of portions, in any order of groups; on
   * restore all of them are needed, in the order in which they were given. The bytes are the receiver's.
   */
  keyGroup(group: number, portion: Uint8Array): void | Promise<void>;
  /**
   * What the reader needs to understand the portions of this snapshot: names of states, their formats and shapes (JSON).
   * Given once, behind the last portion, and only if there is keyed state.
   */
  keyedFormat(description: Uint8Array): void | Promise<void>;
  /** A list of the operator that belongs to no key. Once for each name. */
  operatorState(name: string, mode: DistributionMode, items: readonly Uint8Array[]): void | Promise<void>;
  /** Undefined: the snapshot must be whole by itself. */
  readonly shared?: SharedOutput | undefined;
}

/**
 * The state of one operator of one subtask at one point of its stream. It is taken at once (near 0 ms, whatever the size) and
 * written later, in slices of 3 to 7 ms on the thread of the operator, which goes on changing its state meanwhile.
 */
export interface OperatorSnapshot {
  /** 32 hex digits: of the uid if there is one, else of the place in the graph. */
  readonly operatorId: string;
  /** For messages. */
  readonly operatorName: string;
  /** Called at most once. @throws STATE_NOT_SERIALIZABLE, and what the output throws */
  writeTo(output: SnapshotOutput): Promise<void>;
  /** The snapshot is not wanted any more, written or not. Calling it twice is harmless. */
  release(): void;
}

/** The keyed state of one subtask of then. */
export interface KeyedRestore {
  /** As `SnapshotOutput.keyedFormat` was given it. */
  readonly description: Uint8Array;
  /** The portions of the key groups that are this subtask's now; others are skipped. */
  portions(): Iterable<KeyGroupPortion> | AsyncIterable<KeyGroupPortion>;
}

/** As `SharedOutput.log` was given it, of one subtask of then. */
export interface LogRestore {
  readonly description: Uint8Array;
  readonly files: readonly SharedFile[];
  readonly tail: Uint8Array;
  /** Whether checkpoints to come may need these files as well: they are the job's own. */
  readonly reusable: boolean;
  /** The content of `files[index]`, checked. @throws CHECKPOINT_CORRUPT, FILE_FAILED */
  read(index: number): Promise<Uint8Array>;
}

export interface KeyGroupPortion {
  readonly group: number;
  readonly bytes: Uint8Array;
}

/** What one operator of one subtask gets back: already this subtask's share, if the parallelism changed. */
export interface OperatorRestore {
  /** One for each subtask of then that had a key group of this one's. */
  readonly keyed: readonly KeyedRestore[];
  /** As `keyed`, of those whose keyed state is a log. @default none */
  readonly logs?: readonly LogRestore[];
  /** By the state's name. */
  readonly operatorStates: ReadonlyMap<string, RestoredList>;
}

export interface RestoredList {
  readonly mode: DistributionMode;
  readonly items: readonly Uint8Array[];
}

/**
 * Takes part in an operator's checkpoints: a function of the program, a sink, a source reader. What it keeps lies in the lists of
 * its `OperatorStates`.
 */
export interface CheckpointParticipant {
  /** A snapshot is about to be taken: puts what is to be kept into the lists. Must not wait. */
  snapshotState?(checkpointId: number): void;
  /** The lists hold what came back; before the operator opens. */
  stateRestored?(): void;
  /** Everything of the checkpoint is safe. Best effort: it may never come, a later one stands for it. */
  notifyCheckpointComplete?(checkpointId: number): void | Promise<void>;
  notifyCheckpointAborted?(checkpointId: number): void | Promise<void>;
}
