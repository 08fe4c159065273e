/** What Ctrl-C does to a job that a command waits for. */
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { JobManagerClient } from './job-manager-client.js';
import type { JobCluster } from './job-waiting.js';

/** How long a cancelled job may take to end. */
const CANCEL_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

/** Cancels the job (`-sae`) and waits for its end. */
export async function cancelAndWait(jobId: string, cluster: JobCluster, clock: Clock): Promise<void> {
  const client = new JobManagerClient(cluster.jobManagerUrl);
  const deadlineMs = clock.monotonicMs() + CANCEL_TIMEOUT_MS;
  try {
    await client.cancel(jobId);
    while ((await client.outcome(jobId)) === undefined && clock.monotonicMs() < deadlineMs) await sleep(clock, POLL_MS);
  } catch {
    // Its cluster is gone, and the job with it.
  } finally {
    client.close();
  }
}
