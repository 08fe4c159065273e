/** Checkpoints, savepoints and where a job starts from: Flink's `execution.checkpointing.*` and its older `state.*` keys. */
import { booleanOption, durationOption, enumOption, integerOption, memoryOption, stringOption } from '../option.js';

export const checkpointingOptions = {
  intervalMs: durationOption({
    key: 'execution.checkpointing.interval',
    default: undefined,
    min: 10,
    description: 'A checkpoint begins at this interval. Not set: only savepoints are taken.',
  }),
  mode: enumOption<'EXACTLY_ONCE' | 'AT_LEAST_ONCE'>({
    key: 'execution.checkpointing.mode',
    default: 'EXACTLY_ONCE',
    values: ['EXACTLY_ONCE', 'AT_LEAST_ONCE'],
    description:
      'EXACTLY_ONCE: inputs whose barrier has come wait for the others. AT_LEAST_ONCE: nobody waits, and after a failure records may count twice.',
  }),
  timeoutMs: durationOption({
    key: 'execution.checkpointing.timeout',
    default: 600_000,
    min: 10,
    description: 'A checkpoint that takes longer is given up.',
  }),
  minPauseMs: durationOption({
    key: 'execution.checkpointing.min-pause',
    default: 0,
    description: 'Least time between the end of a checkpoint and the beginning of the next.',
  }),
  maxConcurrent: integerOption({
    key: 'execution.checkpointing.max-concurrent-checkpoints',
    default: 1,
    min: 1,
    description: 'Checkpoints that may be on their way at the same time.',
  }),
  unaligned: booleanOption({
    key: 'execution.checkpointing.unaligned.enabled',
    default: false,
    oldKeys: ['execution.checkpointing.unaligned'],
    description:
      'Whether barriers overtake records that are on their way, which then are part of the checkpoint. Needs EXACTLY_ONCE, and one checkpoint at a time.',
  }),
  alignedTimeoutMs: durationOption({
    key: 'execution.checkpointing.aligned-checkpoint-timeout',
    default: 0,
    oldKeys: ['execution.checkpointing.alignment-timeout'],
    description:
      'With unaligned checkpoints: each begins aligned, and becomes unaligned if it is not complete after this time. 0 = each is unaligned from its beginning.',
  }),
  forceUnaligned: booleanOption({
    key: 'execution.checkpointing.unaligned.forced',
    default: false,
    description:
      'Whether unaligned checkpoints are allowed in jobs with loops, whose records are in none, and with partitioners of the program.',
  }),
  maxSubtasksPerChannelStateFile: integerOption({
    key: 'execution.checkpointing.unaligned.max-subtasks-per-channel-state-file',
    default: 5,
    min: 1,
    description:
      'Taken, and without effect: what is on its way lies with the state of its subtask, in one file or in the metadata.',
  }),
  tolerableFailures: integerOption({
    key: 'execution.checkpointing.tolerable-failed-checkpoints',
    default: 0,
    min: 0,
    description: 'Checkpoints that may fail one after the other before the job is restarted.',
  }),
  retention: enumOption<'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION'>({
    key: 'execution.checkpointing.externalized-checkpoint-retention',
    default: 'NO_EXTERNALIZED_CHECKPOINTS',
    values: ['NO_EXTERNALIZED_CHECKPOINTS', 'DELETE_ON_CANCELLATION', 'RETAIN_ON_CANCELLATION'],
    description:
      'What remains of the checkpoints of a job that ended: nothing; those of a failed job; those of a failed or cancelled one. A job that finished keeps none.',
  }),
  afterTasksFinish: booleanOption({
    key: 'execution.checkpointing.checkpoints-after-tasks-finish',
    default: true,
    oldKeys: ['execution.checkpointing.checkpoints-after-tasks-finish.enabled'],
    description: 'Whether checkpoints go on when some tasks have finished.',
  }),
  directory: stringOption({
    key: 'execution.checkpointing.dir',
    default: undefined,
    oldKeys: ['state.checkpoints.dir', 'state.backend.fs.checkpointdir'],
    description: 'Folder of the checkpoints, one folder a job. Default: WEFT_HOME/checkpoints on the AppMaster’s node.',
  }),
  savepointDirectory: stringOption({
    key: 'execution.checkpointing.savepoint-dir',
    default: undefined,
    oldKeys: ['state.savepoints.dir', 'savepoints.state.backend.fs.dir'],
    description: 'Folder of savepoints for which none is named.',
  }),
  numRetained: integerOption({
    key: 'execution.checkpointing.num-retained',
    default: 2,
    min: 1,
    oldKeys: ['state.checkpoints.num-retained'],
    description:
      'Completed checkpoints that are kept, so that one that turns out broken has a predecessor. (Flink: 1.)',
  }),
  inlineThresholdBytes: memoryOption({
    key: 'execution.checkpointing.data-inline-threshold',
    default: 20 * 1024,
    min: 0,
    max: 1024 * 1024,
    oldKeys: ['state.storage.fs.memory-threshold', 'state.backend.fs.memory-threshold'],
    description:
      'State of a subtask that is smaller lies in the metadata of the checkpoint instead of a file of its own.',
  }),
  incremental: booleanOption({
    key: 'execution.checkpointing.incremental',
    default: true,
    oldKeys: ['state.backend.incremental'],
    description:
      'Whether checkpoints of state on disk write only what is new, and share the rest with earlier ones. (Flink: false.)',
  }),
  historySize: integerOption({
    key: 'web.checkpoints.history',
    default: 10,
    min: 0,
    oldKeys: ['jobmanager.web.checkpoints.history'],
    description: 'Checkpoints that REST and the page remember.',
  }),
  restorePath: stringOption({
    key: 'execution.state-recovery.path',
    default: undefined,
    oldKeys: ['execution.savepoint.path'],
    description: 'Savepoint or retained checkpoint that a job starts from (-s).',
  }),
  claimMode: enumOption<'NO_CLAIM' | 'CLAIM' | 'LEGACY'>({
    key: 'execution.state-recovery.claim-mode',
    default: 'NO_CLAIM',
    oldKeys: ['execution.savepoint-restore-mode'],
    values: ['NO_CLAIM', 'CLAIM', 'LEGACY'],
    description:
      'Whose the files are that a job starts from (-cm): NO_CLAIM = they stay their owner’s, and the first checkpoint needs none of them; CLAIM = the job deletes them when it has later ones; LEGACY = they stay their owner’s, and are needed on.',
  }),
  ignoreUnclaimedState: booleanOption({
    key: 'execution.state-recovery.ignore-unclaimed-state',
    default: false,
    oldKeys: ['execution.savepoint.ignore-unclaimed-state'],
    description: 'Whether state that no operator of the program claims may be left behind (-n).',
  }),
} as const;
