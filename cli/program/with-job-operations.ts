import { resolve } from 'node:path';
import { systemClock } from '../../runtime/common/clock.js';
import { clusterOptions } from '../../runtime/common/config/index.js';
import { clusterConfiguration } from './client-configuration.js';
import { JobOperations } from './job-operations.js';
import { withJobManagers } from './job-managers.js';
import type { ParsedOptions } from './option-parser.js';

/**
 * Calls back with the operations of the JobManager that has the job.
 * @throws CLI_JOB_NOT_FOUND, CLI_NO_TARGET
 */
export async function withJobOperations<T>(
  options: ParsedOptions<string>,
  jobId: string,
  action: (operations: JobOperations) => Promise<T>,
): Promise<T> {
  const configuration = clusterConfiguration(options);
  return withJobManagers(configuration, async (jobManagers) => {
    const { url } = await jobManagers.having(jobId);
    const operations = new JobOperations(url, systemClock, configuration.get(clusterOptions.clientTimeoutMs));
    try {
      return await action(operations);
    } finally {
      operations.close();
    }
  });
}

/** A folder as the JobManager, which works elsewhere, must be told of it. */
export function absolutePath(path: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(path) ? path : resolve(path);
}
