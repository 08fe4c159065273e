/**
 * The JobManager without its sockets: TaskManagers, slots and jobs of one cluster, wired together. `main.ts` puts it behind
 * HTTP and WebSockets in a process of its own; `runtime/local` connects it in memory. It decides; it starts no process
 * and opens no port.
 */
import { randomInt } from 'node:crypto';
import type { BlobStore } from '../common/blobs/blob-store.js';
import type { Clock } from '../common/clock.js';
import type { Configuration } from '../common/config/index.js';
import { clusterOptions } from '../common/config/options/index.js';
import type { WeftError } from '../common/errors/index.js';
import type { ChainEvent } from '../common/events/chain-events.js';
import type { Logger } from '../common/log/logger.js';
import { Dispatcher } from './dispatcher.js';
import type { JobMaster } from './job/job-master.js';
import type { JobStore } from './job-store.js';
import type { StartEnumerators } from './sources/enumerator-runner.js';
import { SlotPool } from './slot-pool.js';
import {
  TaskManagers,
  type CheckpointAcknowledged,
  type CheckpointDeclined,
  type Fate,
  type TaskManager,
  type TaskManagerHandlers,
  type TaskManagerListener,
  type TaskManagerPeer,
} from './task-managers.js';
import type { WorkerProvider } from './worker-provider.js';

export interface JobManagerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Configuration;
  /** Artifacts and job graphs, by content hash. */
  readonly blobs: BlobStore;
  /** Where running jobs are kept; `noJobStore` when they need not survive this JobManager. */
  readonly store: JobStore;
  readonly provider: WorkerProvider;
  /** Runs the enumerators of jobs' sources. */
  readonly startEnumerators: StartEnumerators;
  readonly applicationId: string;
  /** Where checkpoints go when neither the job nor `execution.checkpointing.dir` says. */
  readonly checkpointDirectory: string;
  /** A job has reached its terminal state. */
  readonly onJobTerminal?: (job: JobMaster) => void;
  /** From 0 to 1, for the jitter of restarts. @default random */
  readonly random?: () => number;
}

/** Chain events that nobody takes (no AppMaster) are kept up to this many. */
const MAX_EVENTS = 1000;

export class JobManager implements TaskManagerListener {
  readonly clock: Clock;
  readonly config: Configuration;
  readonly blobs: BlobStore;
  readonly applicationId: string;
  readonly pool: SlotPool;
  readonly taskManagers: TaskManagers;
  readonly dispatcher: Dispatcher;
  private readonly events: ChainEvent[] = [];
  private readonly stopReleasing: () => void;

  constructor(private readonly options: JobManagerOptions) {
    const { clock, log, config, blobs, store, provider, applicationId } = options;
    this.clock = clock;
    this.config = config;
    this.blobs = blobs;
    this.applicationId = applicationId;
    const heartbeatIntervalMs = config.get(clusterOptions.heartbeatIntervalMs);
    this.taskManagers = new TaskManagers({
      clock,
      log,
      applicationId,
      heartbeatIntervalMs,
      heartbeatTimeoutMs: config.get(clusterOptions.heartbeatTimeoutMs),
      listener: this,
    });
    this.pool = new SlotPool({
      clock,
      log,
      provider,
      slotsPerWorker: config.get(clusterOptions.numberOfTaskSlots),
      maxSlots: config.get(clusterOptions.maxSlots),
      requestTimeoutMs: config.get(clusterOptions.slotRequestTimeoutMs),
      idleTimeoutMs: config.get(clusterOptions.taskManagerTimeoutMs),
      onReleased: (resourceId, reason) => {
        this.taskManagers.remove(resourceId, reason);
      },
    });
    this.dispatcher = new Dispatcher({
      clock,
      log,
      config,
      blobs,
      store,
      pool: this.pool,
      taskManagers: this.taskManagers,
      checkpointDirectory: options.checkpointDirectory,
      startEnumerators: options.startEnumerators,
      random: options.random ?? (() => randomInt(2 ** 32) / 2 ** 32),
      onTerminal: (job) => options.onJobTerminal?.(job),
    });
    this.stopReleasing = clock.every(heartbeatIntervalMs, () => {
      this.pool.releaseIdle();
    });
  }

  /** A TaskManager connected: the methods that it may call. For `EndpointOptions.onSession` and `connectInMemory`. */
  acceptTaskManager(peer: TaskManagerPeer): TaskManagerHandlers {
    return this.taskManagers.accept(peer);
  }

  /** For `EndpointOptions.onDisconnected`. */
  taskManagerDisconnected(peer: TaskManagerPeer): void {
    this.taskManagers.disconnected(peer);
  }

  /** For `EndpointOptions.onResumed`. */
  taskManagerResumed(peer: TaskManagerPeer): void {
    this.taskManagers.resumed(peer);
  }

  /** For `EndpointOptions.onClosed`. */
  taskManagerClosed(peer: TaskManagerPeer): void {
    this.taskManagers.closed(peer);
  }

  /** The provider says that a TaskManager ended, or could not be started. */
  workerTerminated(resourceId: string, diagnostics: string): void {
    this.taskManagers.terminated(resourceId, diagnostics);
    this.pool.removeWorker(resourceId, false);
    for (const job of this.dispatcher.list()) job.failures.explain(resourceId, diagnostics);
  }

  /** The provider says why wanted TaskManagers are not there yet; empty when they are. */
  workersPending(reason: string): void {
    if (!this.pool.setPendingReason(reason)) return;
    for (const job of this.dispatcher.list()) {
      const waiting = job.waitingFor;
      if (waiting !== undefined) this.options.log.info({ jobId: job.jobId }, `job "${job.name}" is ${waiting}`);
    }
  }

  /** Restarts the jobs that a former JobManager left running. */
  recover(): Promise<void> {
    return this.dispatcher.recover();
  }

  /** @throws JOB_GRAPH_INVALID, BLOB_NOT_FOUND, CLUSTER_SHUTTING_DOWN */
  submit(jobGraph: unknown): Promise<string> {
    return this.dispatcher.submit(jobGraph);
  }

  /** Takes no further job and cancels those that run. Resolves when all have ended, or after `withinMs`. */
  async cancelAll(withinMs: number): Promise<void> {
    this.dispatcher.close();
    for (const job of this.dispatcher.list()) if (!job.terminal) job.cancel();
    const deadlineMs = this.clock.monotonicMs() + withinMs;
    while (this.dispatcher.runningJobs > 0 && this.clock.monotonicMs() < deadlineMs) {
      await new Promise<void>((resolve) => {
        this.clock.after(10, resolve);
      });
    }
  }

  /** The chain events since the last call, to be sent to the AppMaster. */
  takeEvents(): ChainEvent[] {
    return this.events.splice(0);
  }

  /** Puts events back that could not be sent. */
  returnEvents(events: readonly ChainEvent[]): void {
    this.events.unshift(...events);
  }

  stop(): void {
    this.stopReleasing();
    this.taskManagers.stop();
    this.pool.stop();
    this.dispatcher.stop();
  }

  registered({ registration }: TaskManager): void {
    this.pool.addWorker(registration.resourceId, registration.slots);
  }

  lost({ registration: { resourceId } }: TaskManager, cause: WeftError, fate: Fate): void {
    this.pool.removeWorker(resourceId, fate === 'broken' || fate === 'silent');
    for (const job of this.dispatcher.list()) job.taskManagerLost(resourceId, cause);
    const giveUp = (): void => {
      if (this.pool.releaseGhost(resourceId, cause.message)) this.taskManagers.giveUp(resourceId);
    };
    if (fate === 'silent') giveUp();
    if (fate === 'broken') this.clock.after(this.config.get(clusterOptions.heartbeatTimeoutMs), giveUp);
  }

  heartbeat(...[taskManager, heartbeat]: Parameters<TaskManagerListener['heartbeat']>): void {
    const owners = new Set(this.pool.ownersOf(taskManager.registration.resourceId));
    for (const jobId of owners) this.dispatcher.find(jobId)?.heartbeat(heartbeat);
  }

  taskStates(...[taskManager, states]: Parameters<TaskManagerListener['taskStates']>): void {
    this.dispatcher.find(states.jobId)?.taskStates(taskManager, states);
  }

  checkpointAcknowledged(acknowledged: CheckpointAcknowledged): void {
    this.dispatcher.find(acknowledged.jobId)?.checkpointAcknowledged(acknowledged);
  }

  checkpointDeclined(declined: CheckpointDeclined): void {
    this.dispatcher.find(declined.jobId)?.checkpointDeclined(declined);
  }

  fromReader(...[taskManager, message]: Parameters<TaskManagerListener['fromReader']>): void {
    this.dispatcher.find(message.jobId)?.fromReader(taskManager, message);
  }

  event(event: ChainEvent): void {
    this.events.push(event);
    if (this.events.length > MAX_EVENTS) this.events.shift();
  }
}
