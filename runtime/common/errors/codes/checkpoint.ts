import { defineCodes } from './code-entry.js';

/** Checkpoints and savepoints: taking them, keeping them, and starting from them. */
export const CHECKPOINT_CODES = defineCodes({
  CHECKPOINT_NOT_POSSIBLE: {
    domain: 'user',
    summary: 'A checkpoint or savepoint was asked for while the job cannot take one.',
    hint: 'Wait until all tasks of the job run; `weft list` shows its state.',
    retry: 'backoff',
  },
  CHECKPOINT_ABORTED: {
    domain: 'external',
    summary: 'A checkpoint on its way was given up: a task ended, the job restarts, or a later one overtook it.',
    hint: 'Nothing: the next one is taken in its turn; ask for a savepoint again.',
    retry: 'backoff',
  },
  CHECKPOINT_EXPIRED: {
    domain: 'external',
    summary: 'A checkpoint took longer than execution.checkpointing.timeout.',
    hint: 'See which tasks are missing on the job’s page: backpressure holds barriers back. Raise the timeout or the parallelism.',
    retry: 'backoff',
  },
  CHECKPOINT_FAILED: {
    domain: 'external',
    summary: 'The state of a task or the metadata of a checkpoint could not be written.',
    hint: 'Check that the checkpoint folder is there, writable on every node and not full; earlier checkpoints are untouched.',
    retry: 'backoff',
  },
  CHECKPOINT_FAILURES_EXCEEDED: {
    domain: 'external',
    summary: 'More checkpoints failed in a row than execution.checkpointing.tolerable-failed-checkpoints allows.',
    hint: 'See the cause; raise the number if the job shall go on without checkpoints for a while.',
    retry: 'backoff',
  },
  CHECKPOINT_NOT_FOUND: {
    domain: 'user',
    summary: 'There is no checkpoint or savepoint at a path.',
    hint: 'Give the folder that holds _metadata (savepoint-…, chk-…), readable by JobManager and TaskManagers.',
  },
  CHECKPOINT_CORRUPT: {
    domain: 'external',
    summary: 'A file of a checkpoint is missing, too short, or not what was written.',
    hint: 'Start from another checkpoint or savepoint; the file named is damaged.',
  },
  CHECKPOINT_VERSION: {
    domain: 'user',
    summary: 'A checkpoint was written in a format that this version does not know.',
    hint: 'Restore it with the version of Weft that wrote it, or a later one.',
  },
  CHECKPOINT_NONE_USABLE: {
    domain: 'external',
    summary: 'The job has completed checkpoints, but none of them can be restored any more.',
    hint: 'The damaged files are named in the log. Start the job anew, or from a savepoint.',
  },
  SAVEPOINT_CLAIMED: {
    domain: 'user',
    summary: 'A job is to start from, and own, a savepoint or checkpoint that another job owns already.',
    hint: 'Use a savepoint of the job that owns it now, or start with -cm no_claim as long as the files are still there.',
  },
  STATE_NOT_CLAIMED: {
    domain: 'user',
    summary: 'A savepoint holds state of an operator that the program does not have.',
    hint: 'Give operators the uid that they had; or leave that state behind with -n (--allowNonRestoredState).',
  },
  STATE_IN_FLIGHT_NOT_CLAIMED: {
    domain: 'user',
    summary:
      'An unaligned checkpoint holds records on their way between two operators that the program does not connect so.',
    hint: 'Start from a savepoint, which never holds such records; or leave them behind, and lose them, with -n.',
  },
  CHECKPOINT_UNALIGNED_REFUSED: {
    domain: 'user',
    summary: 'Unaligned checkpoints are enabled for a job that cannot take them.',
    hint: 'Set execution.checkpointing.max-concurrent-checkpoints to 1; loops and custom partitioners need execution.checkpointing.unaligned.forced.',
  },
  SAVEPOINT_NO_FOLDER: {
    domain: 'user',
    summary: 'A savepoint was asked for, but nothing says where it shall go.',
    hint: 'Name a folder, or set execution.checkpointing.savepoint-dir.',
  },
});
