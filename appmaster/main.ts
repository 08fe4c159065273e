/**
 * The AppMaster: the process of an application's first container. It gets containers from the ResourceManager, runs the
 * JobManager beside itself and TaskManagers in the containers. Started by a NodeManager; talks to the JobManager only over
 * `workerProtocol`, and knows nothing of what a job does.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../runtime/common/clock.js';
import { ENV } from '../runtime/common/environment.js';
import { createLogger } from '../runtime/common/log/logger.js';
import { watchNodeManager } from '../runtime/common/process/container-liveness.js';
import { runRole } from '../runtime/common/process/lifecycle.js';
import { AppMaster } from './app-master.js';
import { readSettings, type ApplicationMode } from './settings.js';

const log = createLogger({ role: 'appmaster', application: process.env[ENV.applicationId] ?? 'unknown' });

await runRole(log, async () => {
  const clock = systemClock;
  const appMaster = new AppMaster({
    settings: readSettings(modeOf(process.argv.slice(2))),
    clock,
    log,
    onEnded: (exitCode) => process.exit(exitCode),
  });
  const nodeWatch = watchNodeManager({
    clock,
    log,
    onStop: (reason) => {
      log.info({ reason }, 'the NodeManager is about to stop this container');
    },
    onNodeLost: () => {
      void appMaster.stop('the NodeManager is lost').then(() => process.exit(1));
    },
  });
  await appMaster.start();
  return async () => {
    nodeWatch.close();
    await appMaster.stop('SIGTERM');
  };
});

function modeOf(argv: string[]): ApplicationMode {
  const { mode } = parseArgs({ args: argv, options: { mode: { type: 'string' } } }).values;
  if (mode !== 'session' && mode !== 'per-job') throw new Error(`--mode is session or per-job, not "${String(mode)}".`);
  return mode;
}
