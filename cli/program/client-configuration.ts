/** The configuration of a command: `config.yaml`, under what its options and `-D` say. */
import { loadConfiguration, type Configuration } from '../../runtime/common/config/index.js';
import { WeftHome } from '../../runtime/common/home.js';
import { packageFile } from './package-root.js';
import { badArguments, type ParsedOptions } from './option-parser.js';
import type { RunOptionName } from './action-options.js';

/** Options that are nothing but another way to write a configuration key. */
const KEY_OF: Partial<Record<RunOptionName, string>> = {
  target: 'execution.target',
  executor: 'execution.target',
  applicationId: 'yarn.application.id',
  yarnApplicationId: 'yarn.application.id',
  name: 'yarn.application.name',
  yarnName: 'yarn.application.name',
  queue: 'yarn.application.queue',
  yarnQueue: 'yarn.application.queue',
  slots: 'taskmanager.numberOfTaskSlots',
  yarnSlots: 'taskmanager.numberOfTaskSlots',
};

/** Sizes whose plain numbers count megabytes here, and bytes in the file. */
const MEMORY_KEY_OF: Partial<Record<RunOptionName, string>> = {
  jobManagerMemory: 'jobmanager.memory.process.size',
  yarnJobManagerMemory: 'jobmanager.memory.process.size',
  taskManagerMemory: 'taskmanager.memory.process.size',
  yarnTaskManagerMemory: 'taskmanager.memory.process.size',
};

/** @throws CLI_BAD_ARGUMENTS, CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE, CONFIG_BAD_FILE */
export function runConfiguration(options: ParsedOptions<string>): Configuration {
  const properties: Record<string, string> = {};
  for (const [name, key] of Object.entries(KEY_OF) as [RunOptionName, string][]) {
    const value = options.get(name);
    if (value !== undefined) properties[key] = value;
  }
  for (const [name, key] of Object.entries(MEMORY_KEY_OF) as [RunOptionName, string][]) {
    const value = options.get(name);
    if (value !== undefined) properties[key] = /^\d+$/.test(value) ? `${value}m` : value;
  }
  const parallelism = options.get('parallelism');
  if (parallelism !== undefined) properties['parallelism.default'] = checkParallelism(parallelism);
  if (options.has('detached') || options.has('yarnDetached')) properties['execution.attached'] = 'false';
  if (options.has('shutdownOnAttachedExit')) properties['execution.shutdown-on-attached-exit'] = 'true';
  const savepoint = options.get('fromSavepoint');
  if (savepoint !== undefined) properties['execution.state-recovery.path'] = savepoint;
  if (options.has('allowNonRestoredState')) properties['execution.state-recovery.ignore-unclaimed-state'] = 'true';
  const claimMode = options.get('claimMode') ?? options.get('restoreMode');
  if (claimMode !== undefined) properties['execution.state-recovery.claim-mode'] = claimMode;
  const ship = [...options.all('ship'), ...options.all('yarnShip')];
  if (ship.length > 0) properties['yarn.ship-files'] = ship.join(';');
  return load({ ...properties, ...jobManagerProperties(options), ...options.properties });
}

/** For actions that only look for a cluster. */
export function clusterConfiguration(options: ParsedOptions<string>): Configuration {
  const target = options.get('target') ?? options.get('executor');
  const application = options.get('applicationId') ?? options.get('yarnApplicationId');
  return load({
    ...(target === undefined ? {} : { 'execution.target': target }),
    ...(application === undefined ? {} : { 'yarn.application.id': application }),
    ...jobManagerProperties(options),
    ...options.properties,
  });
}

function load(properties: Record<string, string>): Configuration {
  return loadConfiguration(new WeftHome().confDir(packageFile('conf')), properties);
}

/** `-m host:port` is a JobManager; `-m yarn-cluster` is Flink's older way to say yarn-per-job. */
function jobManagerProperties(options: ParsedOptions<string>): Record<string, string> {
  const address = options.get('jobManager');
  if (address === undefined) return {};
  if (address === 'yarn-cluster') return { 'execution.target': 'yarn-per-job' };
  return { 'rest.address': address, 'execution.target': 'remote' };
}

/** @throws CLI_BAD_ARGUMENTS */
export function checkParallelism(text: string): string {
  if (/^[1-9]\d*$/.test(text)) return text;
  throw badArguments(`The parallelism must be a positive number: ${text}`);
}
