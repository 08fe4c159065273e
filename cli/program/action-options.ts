/** The options of the actions that know jobs: Flink's names and meaning. */
import type { ActionSpec, OptionSpec, PropertySpec } from './option-parser.js';

function options<Name extends string>(specs: Record<Name, OptionSpec>): Record<Name, OptionSpec> {
  return specs;
}

const PROPERTIES: readonly PropertySpec[] = [
  { prefix: '-D', description: 'Sets a configuration key over the configuration file' },
  { prefix: '-yD', description: 'Older name of -D', hidden: true },
];

const COMMON = options({
  help: { short: 'h', long: 'help', description: 'Shows this help' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
});

/** Which cluster is meant. */
const CLUSTER = options({
  target: { short: 't', long: 'target', value: 'target', description: 'local, remote, yarn-session or yarn-per-job' },
  executor: { short: 'e', long: 'executor', value: 'target', description: 'Older name of -t', hidden: true },
  jobManager: {
    short: 'm',
    long: 'jobmanager',
    value: 'host:port',
    description: 'Address of the JobManager (target remote); yarn-cluster means yarn-per-job',
  },
  applicationId: {
    short: 'id',
    long: 'applicationId',
    value: 'application id',
    description: 'The application whose JobManager is meant',
  },
  yarnApplicationId: {
    short: 'yid',
    long: 'yarnapplicationId',
    value: 'application id',
    description: 'Older name of -id',
    hidden: true,
  },
});

/** What a new application asks of the ResourceManager (yarn-per-job). */
const DEPLOYMENT = options({
  name: { short: 'nm', long: 'name', value: 'name', description: 'Name of the application' },
  queue: { short: 'qu', long: 'queue', value: 'queue', description: 'Queue that it is submitted to' },
  jobManagerMemory: {
    short: 'jm',
    long: 'jobManagerMemory',
    value: 'size',
    description: 'Memory of the container of AppMaster and JobManager; a plain number counts megabytes',
  },
  taskManagerMemory: {
    short: 'tm',
    long: 'taskManagerMemory',
    value: 'size',
    description: 'Memory of the container of one TaskManager; a plain number counts megabytes',
  },
  slots: { long: 'slots', value: 'n', description: 'Slots of one TaskManager' },
  yarnName: { short: 'ynm', long: 'yarnname', value: 'name', description: 'Older name of -nm', hidden: true },
  yarnQueue: { short: 'yqu', long: 'yarnqueue', value: 'queue', description: 'Older name of -qu', hidden: true },
  yarnJobManagerMemory: {
    short: 'yjm',
    long: 'yarnjobManagerMemory',
    value: 'size',
    description: 'Older name of -jm',
    hidden: true,
  },
  yarnTaskManagerMemory: {
    short: 'ytm',
    long: 'yarntaskManagerMemory',
    value: 'size',
    description: 'Older name of -tm',
    hidden: true,
  },
  yarnSlots: { short: 'ys', long: 'yarnslots', value: 'n', description: 'Older name of --slots', hidden: true },
});

const PROGRAM = options({
  program: { short: 'j', long: 'jarfile', value: 'file', description: 'The program, instead of the first word' },
  parallelism: {
    short: 'p',
    long: 'parallelism',
    value: 'n',
    description: 'Parallelism of operators for which the program sets none',
  },
  ship: { long: 'ship', value: 'file', description: 'Ships a file or folder with the program; may be repeated' },
  yarnShip: { short: 'yt', long: 'yarnship', value: 'file', description: 'Older name of --ship', hidden: true },
  verbose: { short: 'v', long: 'verbose', description: 'Without effect', hidden: true },
});

export const RUN_SPEC = {
  options: options({
    ...PROGRAM,
    detached: { short: 'd', long: 'detached', description: 'Returns once the job is submitted' },
    yarnDetached: { short: 'yd', long: 'yarndetached', description: 'Older name of -d', hidden: true },
    fromSavepoint: {
      short: 's',
      long: 'fromSavepoint',
      value: 'path',
      description: 'Starts from this savepoint or retained checkpoint',
    },
    allowNonRestoredState: {
      short: 'n',
      long: 'allowNonRestoredState',
      description: 'Leaves state behind that the program does not claim',
    },
    claimMode: {
      short: 'cm',
      long: 'claimMode',
      value: 'mode',
      description: 'Whose the files are that the job starts from: no_claim (default), claim, legacy',
    },
    restoreMode: { short: 'rm', long: 'restoreMode', value: 'mode', description: 'Older name of -cm', hidden: true },
    shutdownOnAttachedExit: {
      short: 'sae',
      long: 'shutdownOnAttachedExit',
      description: 'Cancels the job when this command is interrupted',
    },
    ...CLUSTER,
    ...DEPLOYMENT,
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: true,
} satisfies ActionSpec<string>;

export const INFO_SPEC = {
  options: options({
    ...PROGRAM,
    svg: { long: 'svg', value: 'file', description: 'Writes a drawing of the graphs' },
    ...CLUSTER,
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: true,
} satisfies ActionSpec<string>;

export const LIST_SPEC = {
  options: options({
    running: { short: 'r', long: 'running', description: 'Running jobs only' },
    scheduled: { short: 's', long: 'scheduled', description: 'Scheduled jobs only' },
    all: { short: 'a', long: 'all', description: 'Terminated jobs too' },
    ...CLUSTER,
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: false,
} satisfies ActionSpec<string>;

export const CANCEL_SPEC = {
  options: options({
    withSavepoint: {
      short: 's',
      long: 'withSavepoint',
      value: 'folder',
      description: 'Takes a savepoint before; deprecated, see weft stop',
    },
    ...CLUSTER,
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: false,
} satisfies ActionSpec<string>;

/** Formats that Flink knows; here there is one. */
const FORMAT = options({ type: { long: 'type', value: 'format', description: 'Without effect', hidden: true } });

export const SAVEPOINT_SPEC = {
  options: options({
    dispose: { short: 'd', long: 'dispose', value: 'path', description: 'Deletes this savepoint' },
    detached: { long: 'detached', description: 'Returns once the savepoint is begun' },
    program: { short: 'j', long: 'jarfile', value: 'file', description: 'Without effect', hidden: true },
    ...FORMAT,
    ...CLUSTER,
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: false,
} satisfies ActionSpec<string>;

export const INSPECT_SPEC = {
  options: options({
    key: { long: 'key', value: 'key', description: 'Prints what is kept of this key: its text, or JSON for a list' },
    state: { long: 'state', value: 'name', description: 'With --key: of this state only' },
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: false,
} satisfies ActionSpec<string>;

export const CHECK_SPEC = {
  options: options({
    ...PROGRAM,
    allowNonRestoredState: {
      short: 'n',
      long: 'allowNonRestoredState',
      description: 'Judges a start that leaves state behind that the program does not claim',
    },
    keepClosed: {
      long: 'keepClosed',
      description: 'Opens no function: what its states are declared to be is not judged',
    },
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: true,
} satisfies ActionSpec<string>;

export const RESCALE_SPEC = {
  options: options({
    parallelism: {
      short: 'p',
      long: 'parallelism',
      value: 'n',
      description: 'Parallelism of operators for which the program sets none',
    },
    ...CLUSTER,
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: false,
} satisfies ActionSpec<string>;

export const STOP_SPEC = {
  options: options({
    savepointPath: {
      short: 'p',
      long: 'savepointPath',
      value: 'folder',
      description: 'Folder of the savepoint; by default execution.checkpointing.savepoint-dir',
    },
    drain: { short: 'd', long: 'drain', description: 'Lets all event time pass before, so that every window fires' },
    detached: { long: 'detached', description: 'Returns once the savepoint is begun' },
    ...FORMAT,
    ...CLUSTER,
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: false,
} satisfies ActionSpec<string>;

export const CHECKPOINT_SPEC = {
  options: options({
    full: { long: 'full', description: 'Without effect: every checkpoint is full', hidden: true },
    ...CLUSTER,
    ...COMMON,
  }),
  properties: PROPERTIES,
  stopsAtProgram: false,
} satisfies ActionSpec<string>;

export type RunOptionName = keyof typeof RUN_SPEC.options;
