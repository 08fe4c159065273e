/** What the JobManager finds in its environment. */
import { memoryOptions } from '../../runtime/common/config/index.js';
import { jobManagerMemory } from '../../runtime/common/config/jobmanager-memory.js';
import { ENV } from '../../runtime/common/environment.js';
import { join } from 'node:path';
import type { AppMasterSettings } from '../settings.js';

/** The AppMaster's own environment, without what only the AppMaster may hold, plus the tie between the two. */
export function jobManagerEnvironment(
  settings: AppMasterSettings,
  appMasterUrl: string,
  applicationToken: string,
): NodeJS.ProcessEnv {
  const { [ENV.attemptToken]: _, [ENV.livenessToken]: __, ...inherited } = process.env;
  return {
    ...inherited,
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
}

/** Arguments of node: heap limit, bundle, mode. */
export function jobManagerCommand({ configuration, distDir, mode }: AppMasterSettings): string[] {
  const { jobManagerHeapMb } = jobManagerMemory(configuration.get(memoryOptions.jobManagerProcess));
  return [
    `--max-old-space-size=${jobManagerHeapMb}`,
    '--enable-source-maps',
    join(distDir, 'jobmanager.mjs'),
    '--mode',
    mode,
  ];
}
