import type { SourceSplit } from './source.js';

/** How often what `callAsync` is given runs, in milliseconds. */
export interface AsyncSchedule {
  readonly initialDelayMs: number;
  readonly periodMs: number;
}

/** What an enumerator can do. All of it is allowed at any time before `close`. */
export interface SplitEnumeratorContext<S extends SourceSplit> {
  /** How many readers there are when all have registered. */
  readonly currentParallelism: number;
  /** The subtasks whose readers are there, in ascending order. */
  registeredReaders(): readonly number[];
  /** Gives the split to the reader of a registered subtask. @throws SOURCE_ENUMERATOR_FAILED for another one */
  assignSplit(split: S, subtask: number): void;
  /** As `assignSplit`, for many at once; the splits by subtask. */
  assignSplits(assignment: ReadonlyMap<number, readonly S[]>): void;
  /** The reader will get no further split; a bounded source's ends when it has read those that it has. */
  signalNoMoreSplits(subtask: number): void;
  /** @param event plain data */
  sendEventToSourceReader(subtask: number, event: unknown): void;
  /**
   * Does something that takes time, then hands what came of it to the handler. With a schedule again and again, the next time
   * `periodMs` after the last one has ended. What the handler throws, and an error that it has no second parameter for, fails the job.
   */
  callAsync<V>(
    work: () => Promise<V>,
    handler: (value: V | undefined, error: unknown) => void,
    schedule?: AsyncSchedule,
  ): void;
}

/** Finds the splits of a source and gives them to readers. Its methods are called one after the other. What they throw fails the job. */
export interface SplitEnumerator<S extends SourceSplit, C = unknown> {
  /** Before everything else. */
  start?(): void | Promise<void>;
  /** A reader has nothing to read and asks for a split. */
  handleSplitRequest(subtask: number): void;
  /** A reader is lost: these were assigned to it, and no checkpoint knows of that. */
  addSplitsBack(splits: readonly S[], subtask: number): void;
  /** A reader is there, for the first time or again. */
  addReader?(subtask: number): void;
  /** What a reader sent. */
  handleSourceEvent?(subtask: number, event: unknown): void;
  /** What a new enumerator must know to go on from here: in particular the splits that are not assigned. Plain data. */
  snapshotState(checkpointId: number): C;
  /** Everything of the checkpoint is safe. Best effort. */
  notifyCheckpointComplete?(checkpointId: number): void;
  close?(): void | Promise<void>;
}
