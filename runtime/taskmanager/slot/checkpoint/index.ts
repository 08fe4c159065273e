/**
 * A task's part in checkpoints: barriers that come in band are aligned, the chain's state is taken between two records and
 * written beside the work, and what came back is given to the chain before it opens. Used by the slot's tasks only; knows
 * nothing of the JobManager, to which others carry its reports.
 */
export { BarrierAligner, type AlignedChannel, type AlignedCheckpoint } from './barrier-aligner.js';
export { takeBarrier } from './barrier.js';
export type { CapturedChannel, CutChannel } from './in-flight-data.js';
export { restoreInFlight, type RestoredChannel } from './restore-in-flight.js';
export { restoreTask } from './restore-task.js';
export { TaskCheckpoints, type CheckpointedTask } from './task-checkpoints.js';
