/**
 * Checkpoints of one job, as its JobMaster sees them. `CheckpointCoordinator` decides, as a pure object of events and a clock,
 * when one begins, when it is complete and what becomes of failures; `JobCheckpoints` does what it decides: talks to
 * TaskManagers, writes and deletes files, and knows what the job restarts from. Nothing here knows how state looks inside.
 */
export type { CheckpointHistory, CheckpointRecord } from './checkpoint-history.js';
export { checkpointSettingsOf, type JobCheckpointSettings } from './checkpoint-settings.js';
export { JobCheckpoints, type CheckpointMessenger, type CheckpointedSources } from './job-checkpoints.js';
