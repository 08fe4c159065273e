/**
 * The TaskManager: the process that runs a job's tasks. It offers slots; each slot that a job uses is a thread
 * (`slot-worker.ts`), each thread runs every task of that job that shares the slot, and is thrown away with the job.
 * The main thread, which this is, keeps the connections: heartbeats to the JobManager, data to other TaskManagers.
 * Nothing that user code does can stop it. Started by a NodeManager for an AppMaster; `runtime/local` uses the
 * `TaskExecutor` alone.
 */
import { systemClock } from '../common/clock.js';
import { ENV } from '../common/environment.js';
import { createLogger } from '../common/log/logger.js';
import { watchNodeManager } from '../common/process/container-liveness.js';
import { runRole } from '../common/process/lifecycle.js';
import { readTaskManagerSettings } from './cluster/settings.js';
import { TaskManager } from './cluster/task-manager.js';
import { memoryParts, memorySharesOf, planMemory } from './memory-plan.js';

const log = createLogger({
  role: 'taskmanager',
  application: process.env[ENV.applicationId] ?? 'unknown',
  container: process.env[ENV.containerId] ?? 'unknown',
});

await runRole(log, async () => {
  const end = (exitCode: number): void => {
    void close().then(() => process.exit(exitCode));
  };
  const settings = readTaskManagerSettings();
  const taskManager = await TaskManager.start({
    settings,
    workDir: process.cwd(),
    clock: systemClock,
    log,
    onEnd: end,
  });
  const nodeWatch = watchNodeManager({
    clock: systemClock,
    log,
    memoryPlan: memoryParts(planMemory(memorySharesOf(settings.configuration))),
    onStop: (reason) => {
      log.info({ reason }, 'the NodeManager is about to stop this container');
    },
    onNodeLost: () => {
      end(1);
    },
  });
  const close = async (): Promise<void> => {
    nodeWatch.close();
    await taskManager.close();
  };
  return close;
});
