/**
 * The JobManager's process: `jobmanager.mjs --mode session|per-job|standalone`. Puts the JobManager behind HTTP and WebSockets
 * and ties it to its AppMaster (session, per-job), or to TaskManagers that register by themselves (standalone).
 * In this folder: `job-manager.ts` is the whole without sockets; `task-managers.ts`, `slot-pool.ts` and `dispatcher.ts` are
 * its parts; `job/` runs one job, `failover/` decides over restarts, `rest/` answers. Started by the AppMaster; it starts
 * no process itself and never touches a record.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../common/clock.js';
import { ENV } from '../common/environment.js';
import { createLogger } from '../common/log/logger.js';
import { runRole } from '../common/process/lifecycle.js';
import { JobManagerProcess } from './job-manager-process.js';
import { readSettings } from './settings.js';

const { values } = parseArgs({ options: { mode: { type: 'string', default: 'session' } } });
const log = createLogger({ role: 'jobmanager', applicationId: process.env[ENV.applicationId] ?? 'standalone' });

await runRole(log, async () => {
  const role = new JobManagerProcess(readSettings(values.mode, process.cwd()), systemClock, log);
  await role.start();
  return () => role.stop();
});
