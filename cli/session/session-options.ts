/** The flags of `yarn-session`: Flink's names and meaning. */
import { loadConfiguration, type Configuration } from '../../runtime/common/config/index.js';
import type { WeftHome } from '../../runtime/common/home.js';
import { SUBMISSION_OPTIONS } from '../client/submission-options.js';
import { badArguments, type ActionSpec, type OptionSpec, type ParsedOptions } from '../program/option-parser.js';
import { packageFile } from '../program/package-root.js';

const OPTIONS = {
  slots: { short: 's', long: 'slots', value: 'n', description: 'Slots of one TaskManager' },
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
  ...SUBMISSION_OPTIONS,
  applicationType: { short: 'at', long: 'applicationType', value: 'type', description: 'Type of the application' },
  detached: { short: 'd', long: 'detached', description: 'Starts the session and returns' },
  applicationId: {
    short: 'id',
    long: 'applicationId',
    value: 'application id',
    description: 'Attaches to a session that runs',
  },
  ship: {
    short: 't',
    long: 'ship',
    value: 'path',
    description: 'Ships a file or folder to every container; may be repeated',
  },
  query: { short: 'q', long: 'query', description: 'Shows what the cluster has to offer, and returns' },
  rm: { long: 'rm', value: 'url', description: 'Address of the ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
  yarnDetached: { short: 'yd', long: 'yarndetached', description: 'Older name of -d', hidden: true },
  jobManager: { short: 'm', long: 'jobmanager', value: 'yarn-cluster', description: 'Without effect', hidden: true },
  jar: { short: 'j', long: 'jar', value: 'path', description: 'Without effect', hidden: true },
  zookeeperNamespace: {
    short: 'z',
    long: 'zookeeperNamespace',
    value: 'namespace',
    description: 'Without effect',
    hidden: true,
  },
} satisfies Record<string, OptionSpec>;

export type SessionOptionName = keyof typeof OPTIONS;
export type SessionOptions = ParsedOptions<SessionOptionName>;

export const SESSION_SPEC: ActionSpec<SessionOptionName> = {
  options: OPTIONS,
  properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
  stopsAtProgram: false,
};

const KEY_OF: Partial<Record<SessionOptionName, string>> = {
  slots: 'taskmanager.numberOfTaskSlots',
  name: 'yarn.application.name',
  queue: 'yarn.application.queue',
  applicationType: 'yarn.application.type',
  nodeLabel: 'yarn.application.node-label',
  applicationId: 'yarn.application.id',
};

const MEMORY_KEY_OF: Partial<Record<SessionOptionName, string>> = {
  jobManagerMemory: 'jobmanager.memory.process.size',
  taskManagerMemory: 'taskmanager.memory.process.size',
};

/** Flags of Flink's that Weft has no use for: said, not passed over in silence. */
const WITHOUT_EFFECT: Partial<Record<SessionOptionName, string>> = {
  jar: '-j has no effect: a node runs the Weft that it has.',
  zookeeperNamespace: '-z has no effect: an application’s data is kept under its id.',
};

export function warningsFor(options: SessionOptions): string[] {
  return (Object.entries(WITHOUT_EFFECT) as [SessionOptionName, string][])
    .filter(([name]) => options.has(name))
    .map(([, warning]) => warning);
}

/** @throws CLI_BAD_ARGUMENTS, CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE, CONFIG_BAD_FILE */
export function sessionConfiguration(options: SessionOptions, home: WeftHome): Configuration {
  const [surplus] = options.words;
  if (surplus !== undefined) throw badArguments(`Unrecognized argument: ${surplus}`);
  const properties: Record<string, string> = {};
  for (const [name, key] of Object.entries(KEY_OF) as [SessionOptionName, string][]) {
    const value = options.get(name);
    if (value !== undefined) properties[key] = value;
  }
  for (const [name, key] of Object.entries(MEMORY_KEY_OF) as [SessionOptionName, string][]) {
    const value = options.get(name);
    if (value !== undefined) properties[key] = /^\d+$/.test(value) ? `${value}m` : value;
  }
  const ship = options.all('ship');
  if (ship.length > 0) properties['yarn.ship-files'] = ship.join(';');
  return loadConfiguration(home.confDir(packageFile('conf')), { ...properties, ...options.properties });
}
