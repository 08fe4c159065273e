/** What a TaskManager knows from its start: the environment that its AppMaster and NodeManager gave it. */
import { readFileSync } from 'node:fs';
import { configurationOf, type Configuration } from '../../common/config/index.js';
import { CONTAINER_FILES, ENV, requiredEnv } from '../../common/environment.js';
import { WeftError } from '../../common/errors/index.js';

export interface TaskManagerSettings {
  applicationId: string;
  /** Its container's id. */
  resourceId: string;
  applicationToken: string;
  /** With it the tokens of other TaskManagers can be checked; without it theirs must be the same as this one's. */
  applicationKey: string | undefined;
  appMasterUrl: string;
  resourceManagerUrl: string | undefined;
  /** `http://…` of the NodeManager, or empty. */
  nodeHttpAddress: string;
  /** Name that others reach this node by. */
  nodeHost: string;
  configuration: Configuration;
}

/** @throws CONFIG_BAD_FILE and what a configuration may throw */
export function readTaskManagerSettings(): TaskManagerSettings {
  return {
    applicationId: requiredEnv(ENV.applicationId),
    resourceId: requiredEnv(ENV.containerId),
    applicationToken: requiredEnv(ENV.applicationToken),
    applicationKey: process.env[ENV.applicationKey],
    appMasterUrl: requiredEnv(ENV.appMasterUrl).replace(/\/$/, ''),
    resourceManagerUrl: process.env[ENV.resourceManagerUrl]?.replace(/\/$/, ''),
    nodeHttpAddress: process.env[ENV.nodeManagerUrl] ?? '',
    nodeHost: process.env[ENV.nodeHost] ?? '127.0.0.1',
    configuration: configurationOf(readProperties()),
  };
}

function readProperties(): Record<string, string> {
  const shipped = process.env[ENV.configuration];
  const source = shipped === undefined ? CONTAINER_FILES.configuration : ENV.configuration;
  try {
    const text = shipped ?? readFileSync(CONTAINER_FILES.configuration, 'utf8');
    return JSON.parse(text) as Record<string, string>;
  } catch (cause) {
    throw new WeftError('CONFIG_BAD_FILE', `The configuration in ${source} cannot be read.`, {
      cause,
      subject: source,
    });
  }
}
