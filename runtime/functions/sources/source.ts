/**
 * Sources that read splits. An enumerator, of which a job has one for each such source, finds the splits and hands them to readers
 * that ask; a reader, one in each subtask, reads what it was given. So subtasks that are faster read more, new splits can
 * come at any time, and those of a lost reader go to others. Names and meaning are Flink's.
 */
import type { SourceReader, SourceReaderContext } from './source-reader.js';
import type { SplitEnumerator, SplitEnumeratorContext } from './split-enumerator.js';

/** Whether a source ends by itself. */
export type Boundedness = 'BOUNDED' | 'CONTINUOUS_UNBOUNDED';

/** A part of a source's input: plain data, which travels from the enumerator to a reader, and in checkpoints with its position. */
export interface SourceSplit {
  /** Unique in the source. */
  readonly splitId: string;
}

/** To bytes and back, also those of earlier versions. */
export interface SimpleVersionedSerializer<T> {
  /** Of what `serialize` makes, from 0. */
  readonly version: number;
  serialize(value: T): Uint8Array;
  deserialize(version: number, bytes: Uint8Array): T;
}

/**
 * @template T the records
 * @template S the splits
 * @template C what the enumerator keeps in checkpoints
 */
export interface Source<T, S extends SourceSplit = SourceSplit, C = unknown> {
  readonly boundedness: Boundedness;
  /**
   * Called in the JobManager, in a thread of the job's own, when the job starts and each time it restarts.
   * @param restored what an enumerator's `snapshotState` returned; undefined = the job starts from the beginning
   */
  createEnumerator(context: SplitEnumeratorContext<S>, restored: C | undefined): SplitEnumerator<S, C>;
  /** Called in each subtask. */
  createReader(context: SourceReaderContext): SourceReader<T, S>;
  /** Called in the client when the job is submitted: what is thrown here keeps it from running. */
  validate?(): Promise<void>;
  /** @default any plain data, as structured cloning takes it */
  readonly splitSerializer?: SimpleVersionedSerializer<S>;
  /** @default any plain data, as structured cloning takes it */
  readonly enumeratorStateSerializer?: SimpleVersionedSerializer<C>;
}
