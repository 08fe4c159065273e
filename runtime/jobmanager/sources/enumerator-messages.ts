/** What the JobManager's main thread and the thread of a job's enumerators say to each other. */
import type { WireError } from '../../common/errors/index.js';
import type { FromReader, ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { EnumeratorStates } from './enumerator-runner.js';

export type ToEnumerators =
  /** `folder`: where the artifact lies. */
  | { type: 'start'; jobGraph: JobGraph; folder: string; restored: EnumeratorStates }
  | { type: 'fromReader'; node: number; subtask: number; message: FromReader }
  | { type: 'readerLost'; node: number; subtask: number; checkpointId: number | undefined }
  | { type: 'snapshot'; checkpointId: number }
  | { type: 'checkpointComplete'; checkpointId: number }
  | { type: 'close' };

export type FromEnumerators =
  | { type: 'toReader'; node: number; subtask: number; message: ToReader }
  | { type: 'failed'; error: WireError }
  | { type: 'snapshotTaken'; checkpointId: number; states: EnumeratorStates }
  | { type: 'snapshotFailed'; checkpointId: number; error: WireError }
  | { type: 'closed' };
