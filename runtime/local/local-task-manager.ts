/** A TaskManager in this process, joined to its JobManager without a socket. */
import { cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../common/clock.js';
import { clusterOptions, memoryOptions, type Configuration } from '../common/config/index.js';
import type { Logger } from '../common/log/logger.js';
import { VERSION } from '../common/version.js';
import { connectInMemory } from '../common/wire/index.js';
import { taskManagerProtocol, type MemoryPlan } from '../common/wire/protocols/taskmanager-jobmanager.js';
import { createTaskManagerNetwork, type DataPlaneAuth } from '../exchange/index.js';
import type { JobManager } from '../jobmanager/job-manager.js';
import { Membership } from '../taskmanager/membership.js';
import type { SlotRunner } from '../taskmanager/slot-thread.js';
import { TaskExecutor } from '../taskmanager/task-executor.js';

const HOST = '127.0.0.1';
/** No data server listens: every channel ends in this TaskManager. */
const NO_DATA_SERVER = { host: HOST, port: 0 };

export interface LocalTaskManagerOptions {
  resourceId: string;
  slots: number;
  memory: MemoryPlan;
  configuration: Configuration;
  jobManager: JobManager;
  /** For the files of jobs. */
  workFolder: string;
  log: Logger;
  auth: DataPlaneAuth;
  /** Whether other TaskManagers connect to it. */
  listens: boolean;
  /** What runs the tasks of a slot. @default a thread of its own */
  startSlot?: () => SlotRunner;
}

export interface LocalTaskManager {
  close(): Promise<void>;
}

/** Resolves when it is registered. */
export async function startLocalTaskManager(options: LocalTaskManagerOptions): Promise<LocalTaskManager> {
  const { configuration, resourceId, slots, log, jobManager, memory, startSlot } = options;
  const network = createTaskManagerNetwork({
    ...{ resourceId, slots, log, segmentBytes: memory.segmentBytes, networkBytes: memory.networkBytes },
    maxRecordBytes: configuration.get(memoryOptions.recordMaxSize),
    buffersPerChannel: configuration.get(memoryOptions.buffersPerChannel),
    floatingBuffersPerGate: configuration.get(memoryOptions.floatingBuffersPerGate),
    partitionFolder: join(options.workFolder, 'partitions'),
    auth: options.auth,
    clock: systemClock,
  });
  const executor: TaskExecutor = new TaskExecutor({
    ...{ slots, memory, network, log, workFolder: options.workFolder, clock: systemClock },
    blobs: { fetch: (hash) => jobManager.blobs.get(hash) },
    cancellationTimeoutMs: configuration.get(clusterOptions.taskCancellationTimeoutMs),
    report: (jobId, jobAttempt, changes) => {
      membership.report(jobId, jobAttempt, changes);
    },
    reportCheckpoint: (jobId, jobAttempt, report) => {
      membership.reportCheckpoint(jobId, jobAttempt, report);
    },
    fromReader: (jobId, jobAttempt, executionId, message) => {
      membership.fromReader(jobId, jobAttempt, executionId, message);
    },
    onShutdown: () => undefined,
    ...(startSlot === undefined ? {} : { startSlot }),
  });
  const session = connectInMemory({
    protocol: taskManagerProtocol,
    clock: systemClock,
    log,
    identity: resourceId,
    clientHandlers: executor.handlers,
    accept: (peer) => jobManager.acceptTaskManager(peer),
    onClosed: (peer) => {
      jobManager.taskManagerClosed(peer);
    },
  });
  let onRegistered: () => void = () => undefined;
  const registered = new Promise<void>((resolve) => (onRegistered = resolve));
  const membership: Membership = new Membership({
    ...{ session, executor, network, clock: systemClock, log, onRegistered },
    registration: {
      ...{ resourceId, slots, memory, host: HOST, pid: process.pid, version: VERSION },
      data: options.listens ? await network.listen() : NO_DATA_SERVER,
      hardware: { cpuCores: cpus().length, physicalMemoryBytes: totalmem(), freeMemoryBytes: freemem() },
      nodeHttpAddress: '',
    },
  });
  void membership.join();
  await registered;
  return {
    async close() {
      membership.close();
      await executor.close();
      await network.close();
    },
  };
}
