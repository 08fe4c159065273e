/** What runs the enumerators of one attempt of a job: a thread of its own, or (in the test kit) the process's own. */
import type { WeftError } from '../../common/errors/index.js';
import type { FromReader, ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { SerializedState } from '../../connectors/index.js';
import type { JobGraph } from '../../graph/job-graph.js';

/** By node of the StreamGraph. */
export type EnumeratorStates = ReadonlyMap<number, SerializedState>;

export interface EnumeratorListener {
  toReader(node: number, subtask: number, message: ToReader): void;
  /** An enumerator failed, or all of them are gone; none is called any more. */
  failed(error: WeftError): void;
}

export interface EnumeratorRunner {
  fromReader(node: number, subtask: number, message: FromReader): void;
  /**
   * The reader is gone, and comes back with the splits of that checkpoint.
   * @param checkpointId undefined: with none
   */
  readerLost(node: number, subtask: number, checkpointId: number | undefined): void;
  /** @throws SOURCE_ENUMERATOR_FAILED */
  snapshot(checkpointId: number): Promise<EnumeratorStates>;
  notifyCheckpointComplete(checkpointId: number): void;
  close(): Promise<void>;
}

/** @param restored those of a checkpoint; what is missing begins anew */
export type StartEnumerators = (
  jobGraph: JobGraph,
  restored: EnumeratorStates,
  listener: EnumeratorListener,
) => EnumeratorRunner;
