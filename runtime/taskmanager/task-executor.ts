/**
 * The slots of a TaskManager and the jobs in them. Knows no socket: `handlers` are called by whoever holds the
 * connection.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../common/clock.js';
import { WeftError } from '../common/errors/index.js';
import type { Logger } from '../common/log/logger.js';
import type { Handlers, ParamsOf } from '../common/wire/index.js';
import type {
  FromReader,
  MemoryPlan,
  SlotManagedUsage,
  TaskMetrics,
  taskManagerProtocol,
} from '../common/wire/protocols/taskmanager-jobmanager.js';
import type { ExchangeEdge, SlotSetup, TaskDescriptor, TaskManagerNetwork } from '../exchange/index.js';
import type { JobGraph } from '../graph/job-graph.js';
import { isStaged } from '../graph/stages.js';
import type { BlobSource } from './blob-source.js';
import { JobFileStore } from './job-files.js';
import { describeMemory, slotHeapLimits } from './memory-plan.js';
import type { SlotMemoryGrant } from './slot/slot-memory.js';
import type { CheckpointReport } from './slot/slot-messages.js';
import { SlotJob, type RunningTask, type TaskChange } from './slot-job.js';
import { SlotThread, type SlotRunner } from './slot-thread.js';
import { SpareThreads } from './spare-threads.js';

type ClientMethods = typeof taskManagerProtocol.client;
type SubmitTasks = ParamsOf<ClientMethods, 'submitTasks'>;

/** A spare thread is started this long after a job began, so that it takes no time from the job's own start. */
const SPARE_AFTER_START_MS = 500;

/** How often it is looked whether a task keeps its slot thread. */
const LOOK_FOR_BLOCKS_MS = 250;

export interface TaskExecutorOptions {
  slots: number;
  memory: MemoryPlan;
  network: TaskManagerNetwork;
  blobs: BlobSource;
  /** For the files of jobs; made when needed, emptied by `close`. */
  workFolder: string;
  /** `task.cancellation.timeout`. */
  cancellationTimeoutMs: number;
  clock: Clock;
  log: Logger;
  /** The states of tasks, for the JobManager. */
  report: (jobId: string, jobAttempt: number, changes: TaskChange[]) => void;
  /** What tasks say of checkpoints, for the JobManager. */
  reportCheckpoint: (jobId: string, jobAttempt: number, report: CheckpointReport) => void;
  /** A source's reader speaks to its enumerator in the JobManager. */
  fromReader: (jobId: string, jobAttempt: number, executionId: string, message: FromReader) => void;
  /** The JobManager says that this TaskManager shall end. */
  onShutdown: (reason: string) => void;
  /** What runs the tasks of a slot. @default a thread of its own */
  startSlot?: () => SlotRunner;
}

export class TaskExecutor {
  readonly handlers: Handlers<ClientMethods>;
  /** By slot and region. */
  private readonly jobs = new Map<string, SlotJob>();
  private readonly files: JobFileStore;
  private readonly spares: SpareThreads;
  private closed = false;
  private readonly stopLooking: () => void;
  private grants = 0;
  /** Jobs that run stage by stage, with the hash of their graph: their files stay from one stage to the next. */
  private readonly staged = new Map<string, string>();

  constructor(private readonly options: TaskExecutorOptions) {
    const { memory, slots } = options;
    this.files = new JobFileStore(options.workFolder, options.blobs);
    this.spares = new SpareThreads(
      options.startSlot ?? (() => new SlotThread(slotHeapLimits(memory, slots), describeMemory(memory))),
    );
    this.spares.prepare();
    this.stopLooking = options.clock.every(LOOK_FOR_BLOCKS_MS, () => {
      for (const job of this.jobs.values()) job.lookForBlock();
    });
    this.handlers = {
      submitTasks: (order) => this.submit(order),
      startTasks: (place) => this.start(place),
      cancelTasks: ({ jobId, slots: numbers, regions }) => {
        for (const job of this.jobsOf(jobId)) {
          const { slot, region } = job.options;
          if (numbers.includes(slot) && regions?.includes(region) !== false) void job.cancel();
        }
        return {};
      },
      triggerCheckpoint: ({ executionIds, order, ...place }) => {
        this.jobAt(place)?.trigger(executionIds, order);
      },
      checkpointEnded: ({ jobId, ...end }) => {
        for (const job of this.jobsOf(jobId)) job.checkpointEnded(end);
      },
      releasePartitions: ({ jobId }) => {
        this.releaseStages(jobId);
      },
      collectResults: async ({ from, ...place }) =>
        (await this.jobAt(place)?.collect(from)) ?? { records: [], ended: false },
      toReader: ({ executionId, message, ...place }) => {
        this.jobAt(place)?.toReader(executionId, message);
      },
      shutdown: ({ reason }) => {
        options.onShutdown(reason);
      },
    };
  }

  /** Figures of every task that runs here. */
  figures(): TaskMetrics[] {
    return [...this.jobs.values()].flatMap((job) => job.figures());
  }

  /** What the jobs here use of the managed memory, one entry for each thread. */
  managedUsage(): SlotManagedUsage[] {
    return [...this.jobs.values()].flatMap(({ options: { jobId, slot }, managedUsage }) =>
      managedUsage === undefined ? [] : { jobId, slot, ...managedUsage },
    );
  }

  /** Every task that was built here, with its figures. */
  tasks(): RunningTask[] {
    return [...this.jobs.values()].flatMap((job) => job.tasks());
  }

  /** Cancels everything, e.g. because a new JobManager does not know of it. Resolves when the threads are gone. */
  async cancelAll(): Promise<void> {
    await Promise.all([...this.jobs.values()].map((job) => job.cancel()));
    for (const jobId of [...this.staged.keys()]) this.releaseStages(jobId);
  }

  /** Throws everything away at once. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopLooking();
    await Promise.all([...this.jobs.values()].map((job) => job.end()));
    await this.spares.close();
    await this.files.close();
  }

  private async submit(order: SubmitTasks): Promise<{ thread: number }> {
    await this.freeSlot(order);
    const { network } = this.options;
    const { jobAttempt: attempt, slot, tasks } = order;
    const jobId = networkOf(order);
    let prepared = false;
    const job = this.newJob(order, (how) => {
      if (prepared) network.releaseSlot(jobId, attempt, slot, how);
    });
    this.jobs.set(placeName(order), job);
    try {
      const files = await this.files.acquire(order.jobGraph);
      requireNotCancelled(job);
      if (isStaged(files.jobGraph)) this.keepStages(order);
      const request = { jobId, attempt, slot, tasks, edges: edgesOf(files.jobGraph, tasks) };
      await network.fetchPartitions(request);
      requireNotCancelled(job);
      const setup: SlotSetup = network.prepareSlot(request);
      prepared = true;
      const thread = this.spares.take();
      await job.build(thread, files, setup);
      requireNotCancelled(job);
      return { thread: thread.threadId };
    } catch (error) {
      await job.abandon();
      throw error;
    }
  }

  private keepStages({ jobId, jobGraph }: SubmitTasks): void {
    if (this.staged.has(jobId)) return;
    this.staged.set(jobId, jobGraph);
    // Held already by the job itself, so this cannot fail.
    void this.files.acquire(jobGraph);
  }

  /** What stages of the job left for later ones goes. */
  private releaseStages(jobId: string): void {
    this.options.network.releasePartitions(jobId);
    const jobGraph = this.staged.get(jobId);
    this.staged.delete(jobId);
    if (jobGraph !== undefined) this.releaseFiles(jobGraph, jobId);
  }

  private releaseFiles(jobGraph: string, jobId: string): void {
    this.files.release(jobGraph).catch((error: unknown) => {
      this.options.log.warn({ err: error, jobId }, 'files of a job could not be removed');
    });
  }

  private newJob(order: SubmitTasks, release: SlotJobEnd): SlotJob {
    const { jobId, jobAttempt, slot, region, tasks, jobGraph } = order;
    const memory = this.memoryOf(order);
    const { clock, log, cancellationTimeoutMs, report, reportCheckpoint, fromReader } = this.options;
    const job: SlotJob = new SlotJob({
      ...{ jobId, attempt: jobAttempt, slot, region, tasks, memory, clock, log, cancellationTimeoutMs },
      report: (changes) => {
        report(jobId, jobAttempt, changes);
      },
      reportCheckpoint: (said) => {
        reportCheckpoint(jobId, jobAttempt, said);
      },
      fromReader: (executionId, message) => {
        fromReader(jobId, jobAttempt, executionId, message);
      },
      onGone: (how) => {
        release(how);
        // Also of a thread that was torn down, which could not do it itself.
        rmSync(memory.spillFolder, { recursive: true, force: true });
        if (this.jobs.get(placeName(order)) === job) this.jobs.delete(placeName(order));
        this.spares.prepare();
        this.releaseFiles(jobGraph, jobId);
      },
    });
    return job;
  }

  private memoryOf({ slot, regionsInSlot }: SubmitTasks): SlotMemoryGrant {
    const { memory, slots, workFolder } = this.options;
    return {
      managedBytes: Math.floor(memory.managedBytes / slots / regionsInSlot),
      plan: describeMemory(memory),
      spillFolder: join(workFolder, `spill-${slot}-${this.grants++}`),
    };
  }

  private start(place: Place): Record<string, never> {
    const job = this.jobAt(place);
    if (job === undefined) throw slotNotFree(place.slot, `does not run job ${place.jobId}`);
    job.start();
    this.options.clock.after(SPARE_AFTER_START_MS, () => {
      this.spares.prepare();
    });
    return {};
  }

  /** Tasks of an older attempt, and tasks that have ended, make place; others are in the way. */
  private async freeSlot({ jobId, jobAttempt, slot, region }: SubmitTasks): Promise<void> {
    if (this.closed || slot < 0 || slot >= this.options.slots) throw slotNotFree(slot, 'does not exist');
    for (const before of [...this.jobs.values()].filter(({ options }) => options.slot === slot)) {
      const { options } = before;
      const sameJob = options.jobId === jobId;
      if (sameJob && options.region !== region) continue;
      const older = sameJob && options.attempt < jobAttempt;
      if (!older && !before.isOver && !before.isCancelled) {
        throw slotNotFree(slot, `runs attempt ${options.attempt} of job ${options.jobId}`);
      }
      await before.end();
    }
  }

  private jobAt(place: Place): SlotJob | undefined {
    const job = this.jobs.get(placeName(place));
    return job?.options.jobId === place.jobId ? job : undefined;
  }

  private jobsOf(jobId: string): SlotJob[] {
    return [...this.jobs.values()].filter(({ options }) => options.jobId === jobId);
  }
}

/** Where a thread stands: a region of a job in a slot. */
type Place = Pick<SubmitTasks, 'jobId' | 'slot' | 'region'>;

function placeName({ slot, region }: Place): string {
  return `${slot}/${region}`;
}

/** Regions exchange nothing while they run and start again by themselves, so each has channels of its own. */
function networkOf({ jobId, region }: Place): string {
  return region === 0 ? jobId : `${jobId}/${region}`;
}

type SlotJobEnd = (how: 'finished' | 'aborted') => void;

function edgesOf(jobGraph: JobGraph, tasks: readonly TaskDescriptor[]): ExchangeEdge[] {
  const named = new Set(tasks.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(({ edgeId }) => edgeId)));
  const parallelism = new Map(jobGraph.vertices.map((vertex) => [vertex.id, vertex.parallelism]));
  return jobGraph.edges
    .filter(({ id }) => named.has(id))
    .map(({ id, pattern, sourceVertex, targetVertex, exchange }) => ({
      ...{ id, pattern, blocking: exchange === 'BLOCKING' },
      sourceParallelism: parallelism.get(sourceVertex) ?? 1,
      targetParallelism: parallelism.get(targetVertex) ?? 1,
    }));
}

function requireNotCancelled(job: SlotJob): void {
  if (job.isCancelled) throw new WeftError('TASK_CANCELED', 'The tasks were cancelled before they were built.');
}

function slotNotFree(slot: number, why: string): WeftError {
  return new WeftError('TASK_SLOT_NOT_FREE', `Slot ${slot} ${why}.`);
}
