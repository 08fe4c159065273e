/** Which JobManagers an action on jobs is about: the named one, or those of all running applications. */
import { WeftError, hasCode } from '../../runtime/common/errors/index.js';
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import type { Configuration } from '../../runtime/common/config/index.js';
import { warn } from '../output.js';
import { clusterOfSession } from './clusters.js';
import { connectLazily, type LazyConnection } from './connection.js';
import { JobManagerClient } from './job-manager-client.js';
import { namedTarget } from './target.js';

/**
 * Calls back with a client of each JobManager that is meant.
 * @throws CLI_NO_TARGET when nothing is named and no ResourceManager runs
 */
export async function withJobManagers<T>(
  configuration: Configuration,
  action: (clients: readonly JobManagerClient[]) => Promise<T>,
): Promise<T> {
  const connection = connectLazily(configuration, new WeftHome());
  const clients: JobManagerClient[] = [];
  try {
    const urls = await jobManagerUrls(configuration, connection);
    clients.push(...urls.map((url) => new JobManagerClient(url)));
    return await action(clients);
  } finally {
    for (const client of clients) client.close();
    connection.close();
  }
}

/**
 * The JobManager that has the job.
 * @throws CLI_JOB_NOT_FOUND
 */
export async function findJob(clients: readonly JobManagerClient[], jobId: string): Promise<JobManagerClient> {
  for (const client of clients) {
    if (clients.length === 1) return client;
    const jobs = await jobsOf(client, true);
    if (jobs.some((job) => job.jobId === jobId)) return client;
  }
  throw new WeftError('CLI_JOB_NOT_FOUND', `No running application has the job ${jobId}.`, { subject: jobId });
}

/** The jobs of a JobManager; none of one that is just ending, if there are others. */
export async function jobsOf(
  client: JobManagerClient,
  mayBeGone: boolean,
): Promise<Awaited<ReturnType<JobManagerClient['jobs']>>> {
  try {
    return await client.jobs();
  } catch (error) {
    if (mayBeGone && hasCode(error, 'UNREACHABLE')) return [];
    throw error;
  }
}

async function jobManagerUrls(configuration: Configuration, connection: LazyConnection): Promise<string[]> {
  const target = namedTarget(configuration, new WeftHome());
  const { resourceManager } = connection;
  switch (target?.kind) {
    case 'local':
      throw new WeftError('CLI_NO_TARGET', 'A local job lives in the command that runs it and cannot be asked for.');
    case 'remote':
      return [target.url];
    case 'session': {
      const context = { clock: systemClock, resourceManager, notify: warn };
      const { jobManagerUrl } = await clusterOfSession(target.applicationId, target.rememberedBy, context);
      return [jobManagerUrl];
    }
    case 'per-job':
    case undefined: {
      const running = await (await resourceManager()).list(['RUNNING']);
      return running.map(({ trackingUrl = '' }) => trackingUrl).filter((url) => url !== '');
    }
  }
}
