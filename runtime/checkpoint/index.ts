/**
 * How a checkpoint or savepoint lies in files (docs/reference/checkpoint-format.md): a folder with one state file for each
 * subtask that has much state, and `_metadata`, written last, which holds the little states and names every file with its size
 * and checksum. TaskManagers write and read state files, the JobManager writes and reads metadata and deletes folders. This
 * room decides nothing: not when, not who, not which checkpoint is used.
 */
export {
  checkpointFolder,
  checkpointIdsIn,
  disposeCheckpoint,
  jobCheckpointFolder,
  newSavepointFolder,
  removeFolder,
  sharedFolderBeside,
  sharedFolderOf,
} from './checkpoint-folders.js';
export { claimFolder } from './claim.js';
export {
  CheckpointMetadataSchema,
  type CheckpointMetadata,
  type EnumeratorState,
  type TaskStates,
} from './metadata.js';
export { readMetadata, requireFiles, sharedFilesOf, writeMetadata } from './metadata-file.js';
export {
  describedOperators,
  operatorContents,
  type DescribedOperator,
  type KeyedEntry,
  type OperatorContents,
} from './operator-contents.js';
export { SharedFolder } from './shared-folder.js';
export { StateFileReader } from './state-file-reader.js';
export { StateFileWriter } from './state-file-writer.js';
