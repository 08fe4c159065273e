/** What the JobManager finds in its environment. */
import { CONTROL_PLANE_FLAGS } from '../../runtime/common/process/node-flags.js';
import { join } from 'node:path';
import { memoryOptions } from '../../runtime/common/config/index.js';
import { jobManagerMemory } from '../../runtime/common/config/jobmanager-memory.js';
import { ENV } from '../../runtime/common/environment.js';
import type { AppMasterSettings } from '../settings.js';

const APP_MASTER_ONLY = [ENV.attemptToken, ENV.livenessToken];

/** The AppMaster's own environment, without what only the AppMaster may hold, plus the tie between the two. */
export function jobManagerEnvironment(
  settings: AppMasterSettings,
  appMasterUrl: string,
  applicationToken: string,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    [ENV.applicationId]: settings.applicationId,
    [ENV.attemptId]: settings.attemptId,
    [ENV.applicationKey]: settings.applicationKey,
    [ENV.applicationToken]: applicationToken,
    [ENV.appMasterUrl]: appMasterUrl,
    [ENV.resourceManagerUrl]: settings.resourceManagerUrl,
    [ENV.containerId]: settings.containerId,
    [ENV.nodeHost]: settings.host,
    [ENV.logDir]: settings.logDir,
    [ENV.dist]: settings.distDir,
    [ENV.configuration]: JSON.stringify(settings.configuration.toProperties()),
  };
  for (const name of APP_MASTER_ONLY) Reflect.deleteProperty(environment, name);
  return environment;
}

/** Arguments of node: heap limit, bundle, mode. */
export function jobManagerCommand({ configuration, distDir, mode }: AppMasterSettings): string[] {
  const { jobManagerHeapMb } = jobManagerMemory(configuration.get(memoryOptions.jobManagerProcess));
  return [
    ...CONTROL_PLANE_FLAGS,
    `--max-old-space-size=${jobManagerHeapMb}`,
    join(distDir, 'jobmanager.mjs'),
    '--mode',
    mode,
  ];
}
