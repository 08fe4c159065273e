/** A JobManager and its TaskManagers in this process, joined without a socket; slots are threads as everywhere. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { SubmittedJob } from '../api/host.js';
import { BlobStore } from '../common/blobs/blob-store.js';
import { systemClock } from '../common/clock.js';
import { memoryOptions, type Configuration } from '../common/config/index.js';
import { WeftError } from '../common/errors/index.js';
import { createLogger, type Logger } from '../common/log/logger.js';
import type { DataPlaneAuth } from '../exchange/index.js';
import type { JobMaster } from '../jobmanager/job/job-master.js';
import { enumeratorThreads } from '../jobmanager/sources/enumerator-thread.js';
import type { StartEnumerators } from '../jobmanager/sources/enumerator-runner.js';
import { JobManager } from '../jobmanager/job-manager.js';
import { noJobStore } from '../jobmanager/job-store.js';
import { standaloneProvider } from '../jobmanager/worker-provider.js';
import { memorySharesOf, planMemory } from '../taskmanager/memory-plan.js';
import type { SlotRunner } from '../taskmanager/slot-thread.js';
import { startLocalTaskManager, type LocalTaskManager } from './local-task-manager.js';
import { TemporaryFolder } from './temporary-folder.js';

const LOCAL = 'local';

/** Share of the process for each slot, unless `taskmanager.memory.process.size` is set. */
const SLOT_BYTES = 512 * 1024 * 1024;

export interface LocalClusterOptions {
  /** With more than one, they exchange records over TCP as in a cluster. @default 1 */
  taskManagers?: number;
  /** What runs the tasks of a slot. @default a thread of its own */
  startSlot?: () => SlotRunner;
  /** What runs the enumerators of a job's sources. @default a thread of its own */
  startEnumerators?: StartEnumerators;
}

export class LocalCluster {
  readonly blobs: BlobStore;
  private readonly log: Logger;
  private readonly folder: TemporaryFolder;
  private readonly jobManager: JobManager;
  /** Each resolves when it is registered. */
  private readonly taskManagers: readonly Promise<LocalTaskManager>[];
  private readonly waiting = new Map<string, (job: JobMaster) => void>();

  /** @param slots of each TaskManager @throws TASKMANAGER_MEMORY_IMPOSSIBLE */
  constructor(
    private readonly configuration: Configuration,
    private readonly slots: number,
    options: LocalClusterOptions = {},
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
      startEnumerators: options.startEnumerators ?? this.enumeratorThreads(),
      provider: standaloneProvider(this.log, () => undefined),
      applicationId: LOCAL,
      checkpointDirectory: join(this.folder.path, 'checkpoints'),
      onJobTerminal: (job) => {
        this.waiting.get(job.jobId)?.(job);
      },
    });
    const { jobManager, log } = this;
    const count = options.taskManagers ?? 1;
    this.taskManagers = Array.from({ length: count }, (_, n) =>
      startLocalTaskManager({
        ...{ configuration, slots, memory, jobManager, log, listens: count > 1 },
        resourceId: count === 1 ? LOCAL : `${LOCAL}-${n + 1}`,
        workFolder: join(this.folder.path, `jobs-${n}`),
        auth: count === 1 ? { token: '', check: refuse } : sharedSecret(),
        ...(options.startSlot === undefined ? {} : { startSlot: options.startSlot }),
      }),
    );
    // Whoever runs the first job hears of it.
    for (const started of this.taskManagers) started.catch(() => undefined);
  }

  /** Resolves when all TaskManagers are registered. */
  async ready(): Promise<void> {
    await Promise.all(this.taskManagers);
  }

  /** Runs the job to its end; the files of its artifact must be in `blobs`. @throws JOB_GRAPH_INVALID, BLOB_NOT_FOUND */
  async run(jobId: string, jobGraph: unknown, onSubmitted: (job: SubmittedJob) => void): Promise<JobMaster> {
    await this.ready();
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
    const started = await Promise.allSettled(this.taskManagers);
    const running = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    await Promise.all(running.map((taskManager) => taskManager.close()));
    this.jobManager.stop();
    this.folder.remove();
  }

  private enumeratorThreads(): StartEnumerators {
    const workFolder = join(this.folder.path, 'enumerators');
    return enumeratorThreads({ blobs: this.blobs, workFolder, clock: systemClock });
  }

  private processBytes(): number {
    const configured = this.configuration.get(memoryOptions.taskManagerProcess);
    return this.configuration.isSet(memoryOptions.taskManagerProcess)
      ? configured
      : Math.max(configured, this.slots * SLOT_BYTES);
  }
}

function refuse(): never {
  throw new WeftError('AUTH_BAD_TOKEN', 'A local cluster takes no connections from outside.');
}

/** What TaskManagers of this process, and nobody else, know each other by. */
const SECRET = randomUUID();

function sharedSecret(): DataPlaneAuth {
  return {
    token: SECRET,
    check(token) {
      if (token !== SECRET) refuse();
    },
  };
}
