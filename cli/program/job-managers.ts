/** Which JobManagers an action on jobs is about: the named one, or those of all running applications. */
import { WeftError, asWeftError, hasCode } from '../../runtime/common/errors/index.js';
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import type { Configuration } from '../../runtime/common/config/index.js';
import { warn } from '../output.js';
import { clusterOfSession } from './clusters.js';
import { connectLazily, type LazyConnection } from './connection.js';
import type { JobRow } from '../render/job-list.js';
import { JobManagerClient } from './job-manager-client.js';
import { namedTarget } from './target.js';

/** How a JobManager that is not there answers, itself or through the ResourceManager's proxy. */
const AWAY = ['UNREACHABLE', 'HTTP_NOT_FOUND'] as const;

/** The JobManagers that an action is about. */
export class JobManagers {
  /** @param named whether the user said which one is meant: then it must be there */
  constructor(
    private readonly clients: readonly JobManagerClient[],
    private readonly named: boolean,
  ) {}

  /** The jobs of all of them. One that was not named and is just ending, or being started again, is no error. */
  async jobs(): Promise<JobRow[]> {
    return (await Promise.all(this.clients.map((client) => this.jobsOf(client)))).flat();
  }

  /**
   * The JobManager that has the job.
   * @throws CLI_JOB_NOT_FOUND
   */
  async having(jobId: string): Promise<JobManagerClient> {
    for (const client of this.clients) {
      if (this.named || (await this.jobsOf(client)).some((job) => job.jobId === jobId)) return client;
    }
    throw new WeftError('CLI_JOB_NOT_FOUND', `No running application has the job ${jobId}.`, { subject: jobId });
  }

  private async jobsOf(client: JobManagerClient): Promise<JobRow[]> {
    try {
      return await client.jobs();
    } catch (error) {
      if (this.named || !AWAY.some((code) => hasCode(error, code))) throw error;
      warn(`${asWeftError(error).message} Its jobs are left out.`);
      return [];
    }
  }
}

/**
 * Calls back with the JobManagers that are meant.
 * @throws CLI_NO_TARGET when nothing is named and no ResourceManager runs
 */
export async function withJobManagers<T>(
  configuration: Configuration,
  action: (jobManagers: JobManagers) => Promise<T>,
): Promise<T> {
  const connection = connectLazily(configuration, new WeftHome());
  const clients: JobManagerClient[] = [];
  try {
    const { urls, named } = await jobManagerUrls(configuration, connection);
    clients.push(...urls.map((url) => new JobManagerClient(url)));
    return await action(new JobManagers(clients, named));
  } finally {
    for (const client of clients) client.close();
    connection.close();
  }
}

async function jobManagerUrls(
  configuration: Configuration,
  connection: LazyConnection,
): Promise<{ urls: string[]; named: boolean }> {
  const target = namedTarget(configuration, new WeftHome());
  const { resourceManager } = connection;
  switch (target?.kind) {
    case 'local':
      throw new WeftError('CLI_NO_TARGET', 'A local job lives in the command that runs it and cannot be asked for.');
    case 'remote':
      return { urls: [target.url], named: true };
    case 'session': {
      const context = { clock: systemClock, resourceManager, notify: warn };
      const { jobManagerUrl } = await clusterOfSession(target.applicationId, target.rememberedBy, context);
      return { urls: [jobManagerUrl], named: true };
    }
    case 'per-job':
    case undefined: {
      const running = await (await resourceManager()).list(['RUNNING']);
      return { urls: running.map(({ trackingUrl = '' }) => trackingUrl).filter((url) => url !== ''), named: false };
    }
  }
}
