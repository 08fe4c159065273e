/** Ends a session in order: its JobManager is asked, and the application waited for. */
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { isOver, type ApplicationReport } from '../client/application-report.js';
import { JsonHttp } from '../client/json-http.js';
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';

const POLL_MS = 50;

export interface StopOptions {
  client: ResourceManagerClient;
  clock: Clock;
  /** How long the end is waited for. */
  timeoutMs: number;
}

/**
 * `DELETE /cluster` at the JobManager; if that cannot be reached, the ResourceManager kills the application.
 * @returns the application's last report
 * @throws WIRE_TIMEOUT when it is not over in time
 */
export async function stopSession(applicationId: string, options: StopOptions): Promise<ApplicationReport> {
  const { client, clock, timeoutMs } = options;
  const report = await client.report(applicationId);
  if (isOver(report)) return report;
  if (!(await askJobManager(report.trackingUrl ?? ''))) await client.kill(applicationId);
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const now = await client.report(applicationId);
    if (isOver(now)) return now;
    if (clock.monotonicMs() >= deadlineMs) {
      throw new WeftError('WIRE_TIMEOUT', `${applicationId} did not end within ${timeoutMs} ms.`, {
        hint: `End it by force: weft app -kill ${applicationId}`,
      });
    }
    await sleep(clock, POLL_MS);
  }
}

/** @returns whether the JobManager took it on */
async function askJobManager(url: string): Promise<boolean> {
  if (url === '') return false;
  const http = new JsonHttp(url, { peer: 'the JobManager', timeoutMs: 5000 });
  try {
    await http.delete('/cluster');
    return true;
  } catch {
    return false;
  } finally {
    http.close();
  }
}
