/** Waits for the end of a submitted job, wherever its JobManager is meanwhile. */
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { hasCode } from '../../runtime/common/errors/index.js';
import type { JobOutcome } from '../../runtime/local/job-outcome.js';
import { JobManagerClient } from './job-manager-client.js';

const FIRST_POLL_MS = 10;
const LONGEST_POLL_MS = 200;
/** How often the job is asked what it waits for. */
const STATUS_EVERY_MS = 500;
/** How long a JobManager may be away (it is being started again) before the wait is given up. */
const MAX_AWAY_MS = 60_000;

/** A cluster that a job was given to. */
export interface JobCluster {
  /** `http://host:port` of the JobManager now. */
  jobManagerUrl: string;
  /**
   * Asked when the JobManager does not answer: where it is now, or how the job ended with the whole cluster. Undefined when
   * nothing is known yet. Clusters without a ResourceManager do not have it.
   */
  locate?(): Promise<{ jobManagerUrl: string } | { outcome: JobOutcome } | undefined>;
}

export interface WaitOptions {
  clock: Clock;
  /** Told what the job waits for, once per change. */
  notify: (message: string) => void;
}

/** @throws UNREACHABLE when the cluster stays away */
export async function waitForJob(jobId: string, cluster: JobCluster, options: WaitOptions): Promise<JobOutcome> {
  const { clock } = options;
  let client = new JobManagerClient(cluster.jobManagerUrl);
  const status = new StatusNotices(jobId, options);
  let awaySinceMs: number | undefined;
  let pollMs = FIRST_POLL_MS;
  try {
    for (;;) {
      try {
        const outcome = await client.outcome(jobId);
        if (outcome !== undefined) return outcome;
        awaySinceMs = undefined;
        await status.look(client);
      } catch (error) {
        if (!hasCode(error, 'UNREACHABLE')) throw error;
        awaySinceMs ??= clock.monotonicMs();
        if (cluster.locate === undefined || clock.monotonicMs() - awaySinceMs > MAX_AWAY_MS) throw error;
        const found = await whereNow(cluster);
        if (found !== undefined && 'outcome' in found) return found.outcome;
        if (found !== undefined && found.jobManagerUrl !== client.url) {
          client.close();
          client = new JobManagerClient(found.jobManagerUrl);
        }
      }
      await sleep(clock, pollMs);
      pollMs = Math.min(pollMs * 1.3, LONGEST_POLL_MS);
    }
  } finally {
    client.close();
  }
}

/** A ResourceManager that is away too (it is being started again) knows nothing yet. */
async function whereNow(cluster: JobCluster): ReturnType<NonNullable<JobCluster['locate']>> {
  try {
    return await cluster.locate?.();
  } catch (error) {
    if (hasCode(error, 'UNREACHABLE')) return undefined;
    throw error;
  }
}

class StatusNotices {
  private last: string | undefined;
  private nextLookMs: number;

  constructor(
    private readonly jobId: string,
    private readonly options: WaitOptions,
  ) {
    this.nextLookMs = options.clock.monotonicMs() + STATUS_EVERY_MS;
  }

  async look(client: JobManagerClient): Promise<void> {
    const { clock, notify } = this.options;
    if (clock.monotonicMs() < this.nextLookMs) return;
    this.nextLookMs = clock.monotonicMs() + STATUS_EVERY_MS;
    const waiting = await client.waitingFor(this.jobId);
    if (waiting !== undefined && waiting !== this.last) notify(`Job ${this.jobId} is ${waiting}`);
    this.last = waiting;
  }
}
