/** A JobManager and one TaskManager in this process, joined without a socket; slots are threads as everywhere. */
import { cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import type { SubmittedJob } from '../api/host.js';
import { BlobStore } from '../common/blobs/blob-store.js';
import { systemClock } from '../common/clock.js';
import { clusterOptions, memoryOptions, type Configuration } from '../common/config/index.js';
import { WeftError } from '../common/errors/index.js';
import { createLogger, type Logger } from '../common/log/logger.js';
import { VERSION } from '../common/version.js';
import { connectInMemory } from '../common/wire/index.js';
import { taskManagerProtocol, type MemoryPlan } from '../common/wire/protocols/taskmanager-jobmanager.js';
import { createTaskManagerNetwork } from '../exchange/index.js';
import type { JobMaster } from '../jobmanager/job/job-master.js';
import { JobManager } from '../jobmanager/job-manager.js';
import { noJobStore } from '../jobmanager/job-store.js';
import { standaloneProvider } from '../jobmanager/worker-provider.js';
import { Membership } from '../taskmanager/membership.js';
import { memorySharesOf, planMemory } from '../taskmanager/memory-plan.js';
import { TaskExecutor } from '../taskmanager/task-executor.js';
import { TemporaryFolder } from './temporary-folder.js';

const RESOURCE_ID = 'local';
const HOST = '127.0.0.1';
/** No data server listens: every channel ends in this process. */
const NO_DATA_SERVER = { host: HOST, port: 0 };

/** Share of the process for each slot, unless `taskmanager.memory.process.size` is set. */
const SLOT_BYTES = 512 * 1024 * 1024;

export class LocalCluster {
  readonly blobs: BlobStore;
  private readonly log: Logger;
  private readonly folder: TemporaryFolder;
  private readonly jobManager: JobManager;
  private readonly closeTaskManager: () => Promise<void>;
  private readonly registered: Promise<void>;
  private readonly waiting = new Map<string, (job: JobMaster) => void>();

  /** @throws TASKMANAGER_MEMORY_IMPOSSIBLE */
  constructor(
    private readonly configuration: Configuration,
    private readonly slots: number,
  ) {
    this.log = createLogger({ role: 'local' }, process.env['WEFT_LOG_LEVEL'] ?? 'silent');
    const memory = planMemory({ ...memorySharesOf(configuration), slots, processBytes: this.processBytes() });
    this.folder = new TemporaryFolder('weft-local-');
    this.blobs = new BlobStore(join(this.folder.path, 'blobs'));
    this.jobManager = new JobManager({
      clock: systemClock,
      log: this.log,
      config: configuration,
      blobs: this.blobs,
      store: noJobStore,
      provider: standaloneProvider(this.log, () => undefined),
      applicationId: RESOURCE_ID,
      onJobTerminal: (job) => {
        this.waiting.get(job.jobId)?.(job);
      },
    });
    [this.registered, this.closeTaskManager] = this.startTaskManager(memory);
  }

  /** Runs the job to its end; the files of its artifact must be in `blobs`. @throws JOB_GRAPH_INVALID, BLOB_NOT_FOUND */
  async run(jobId: string, jobGraph: unknown, onSubmitted: (job: SubmittedJob) => void): Promise<JobMaster> {
    await this.registered;
    const ended = new Promise<JobMaster>((resolve) => this.waiting.set(jobId, resolve));
    const { jobManager } = this;
    await jobManager.submit(jobGraph);
    const job = jobManager.dispatcher.get(jobId);
    onSubmitted({
      jobId,
      status: () => Promise.resolve(job.state),
      cancel: () => {
        job.cancel();
        return Promise.resolve();
      },
      results: (node, from) => job.results(node, from),
    });
    return ended;
  }

  /** Ends every thread and timer, so that the process can end by itself. */
  async close(): Promise<void> {
    await this.closeTaskManager();
    this.jobManager.stop();
    this.folder.remove();
  }

  private processBytes(): number {
    const configured = this.configuration.get(memoryOptions.taskManagerProcess);
    return this.configuration.isSet(memoryOptions.taskManagerProcess)
      ? configured
      : Math.max(configured, this.slots * SLOT_BYTES);
  }

  private startTaskManager(memory: MemoryPlan): [registered: Promise<void>, close: () => Promise<void>] {
    const { configuration, slots, log, blobs, jobManager } = this;
    const network = createTaskManagerNetwork({
      resourceId: RESOURCE_ID,
      slots,
      segmentBytes: memory.segmentBytes,
      networkBytes: memory.networkBytes,
      buffersPerChannel: configuration.get(memoryOptions.buffersPerChannel),
      floatingBuffersPerGate: configuration.get(memoryOptions.floatingBuffersPerGate),
      auth: { token: '', check: refuse },
      clock: systemClock,
      log,
    });
    const executor: TaskExecutor = new TaskExecutor({
      slots,
      memory,
      network,
      blobs: { fetch: (hash) => blobs.get(hash) },
      workFolder: join(this.folder.path, 'jobs'),
      cancellationTimeoutMs: configuration.get(clusterOptions.taskCancellationTimeoutMs),
      clock: systemClock,
      log,
      report: (jobId, jobAttempt, changes) => {
        membership.report(jobId, jobAttempt, changes);
      },
      onShutdown: () => undefined,
    });
    const session = connectInMemory({
      protocol: taskManagerProtocol,
      clock: systemClock,
      log,
      identity: RESOURCE_ID,
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
        resourceId: RESOURCE_ID,
        host: HOST,
        data: NO_DATA_SERVER,
        slots,
        memory,
        hardware: { cpuCores: cpus().length, physicalMemoryBytes: totalmem(), freeMemoryBytes: freemem() },
        nodeHttpAddress: '',
        pid: process.pid,
        version: VERSION,
      },
    });
    void membership.join();
    const close = async (): Promise<void> => {
      membership.close();
      await executor.close();
      await network.close();
    };
    return [registered, close];
  }
}

function refuse(): never {
  throw new WeftError('AUTH_BAD_TOKEN', 'A local cluster takes no connections.');
}
