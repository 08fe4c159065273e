/** What Ctrl-C means for jobs that a command waits for. */
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { JobManagerClient } from './job-manager-client.js';
import type { JobCluster } from './job-waiting.js';

/** Exit code of a command that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;
/** How long a cancelled job may take to end. */
const CANCEL_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

export interface WatchedJob {
  jobId: string;
  cluster: JobCluster;
}

export class Interrupts {
  private readonly jobs = new Set<WatchedJob>();
  private ending = false;
  private readonly onSignal = (): void => {
    void this.interrupted();
  };

  /** @param cancels whether the jobs are cancelled (`-sae`); else they go on without the command */
  constructor(
    private readonly cancels: boolean,
    private readonly clock: Clock,
    private readonly notify: (message: string) => void,
  ) {
    process.on('SIGINT', this.onSignal);
    process.on('SIGTERM', this.onSignal);
  }

  /** The returned function is called when the job is over. */
  watch(job: WatchedJob): () => void {
    this.jobs.add(job);
    return () => this.jobs.delete(job);
  }

  private async interrupted(): Promise<void> {
    // A second Ctrl-C ends the command at once.
    if (this.ending) process.exit(INTERRUPTED);
    this.ending = true;
    if (this.cancels) await Promise.all([...this.jobs].map((job) => this.cancel(job)));
    else for (const { jobId } of this.jobs) this.notify(`Job ${jobId} goes on. To end it: weft cancel ${jobId}`);
    process.exit(INTERRUPTED);
  }

  private async cancel({ jobId, cluster }: WatchedJob): Promise<void> {
    this.notify(`Cancelling job ${jobId}.`);
    const client = new JobManagerClient(cluster.jobManagerUrl);
    const deadlineMs = this.clock.monotonicMs() + CANCEL_TIMEOUT_MS;
    try {
      await client.cancel(jobId);
      while ((await client.outcome(jobId)) === undefined && this.clock.monotonicMs() < deadlineMs) {
        await sleep(this.clock, POLL_MS);
      }
    } catch {
      // Its cluster is gone, and the job with it.
    } finally {
      client.close();
    }
  }
}
