/**
 * Sinks of two halves: writers take the records, one in each subtask, and put them where nobody reads yet; committers make what
 * was written visible, once it is certain that it stays. Names and meaning are Flink's.
 */
import type { SinkContext } from '../functions.js';

/** What a writer gets to work with. */
export interface SinkWriterContext {
  readonly subtask: number;
  readonly parallelism: number;
  /** Epoch milliseconds. */
  currentProcessingTime(): number;
  /**
   * The subtask ends before its writer is made: whoever makes it shall give up, and have nothing under way when its promise settles.
   * The next attempt begins only then.
   */
  isCancelled(): boolean;
}

/**
 * Writes the records of a subtask. No two of its methods run at the same time: while one has not settled its promise, the subtask
 * takes no record.
 * @template T the records
 * @template C what makes a part of the output visible: plain data, which is kept in checkpoints
 * @template S what the writer itself keeps in checkpoints: plain data
 */
export interface SinkWriter<T, C = unknown, S = unknown> {
  write(record: T, context: SinkContext): void | Promise<void>;
  /**
   * Before each checkpoint, and when the input ends: what the writer holds back is written.
   * @param endOfInput nothing will follow
   */
  flush?(endOfInput: boolean): void | Promise<void>;
  /** After `flush`: what was written since the last call, to be committed when its checkpoint is complete. */
  prepareCommit(): readonly C[] | Promise<readonly C[]>;
  /** After `prepareCommit`: what a restored writer gets. Must not wait. */
  snapshotState?(checkpointId: number): readonly S[];
  /** Everything of the checkpoint is safe, and what the subtask handed over for it is committed. Best effort. */
  notifyCheckpointComplete?(checkpointId: number): void | Promise<void>;
  /** The subtask ends while one of the promises above is open: it shall settle soon, however. */
  cancel?(): void;
  /** After the last record, and after a failure or a cancel. What was not handed over by `prepareCommit` is lost. */
  close?(): void | Promise<void>;
}

/** Makes visible what writers wrote. */
export interface Committer<C> {
  /**
   * Commits all of these, in any order. It may be called again with something that is committed already, after a failure: that
   * must do nothing. One that throws fails the job, which commits again when it restarts.
   * @returns those that could not be committed now and are tried again a second later
   */
  commit(committables: readonly C[]): readonly C[] | void | Promise<readonly C[] | void>;
  close?(): void | Promise<void>;
}

/** Where records go to, each of them once, also after failures: for `DataStream.sinkTo`. */
export interface Sink<T, C = unknown, S = unknown> {
  /**
   * Called in each subtask.
   * @param restored what writers' `snapshotState` returned, a share of each subtask; empty when the job starts from the beginning
   */
  createWriter(context: SinkWriterContext, restored: readonly S[]): SinkWriter<T, C, S> | Promise<SinkWriter<T, C, S>>;
  /** Called in each subtask, before its writer is made. What is left from before a restart is committed in between. */
  createCommitter(): Committer<C> | Promise<Committer<C>>;
  /** SPLIT: the states of writers are dealt out among the subtasks of a restored job; UNION: each writer gets all. @default 'SPLIT' */
  readonly writerStates?: 'SPLIT' | 'UNION';
  /** Called in the client when the job is submitted: what is thrown here keeps it from running. */
  validate?(): Promise<void>;
}
