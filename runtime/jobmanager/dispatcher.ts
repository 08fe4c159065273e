/** The jobs of a cluster: takes them in, finds them again after a restart, keeps the finished ones for a while. */
import type { BlobStore } from '../common/blobs/blob-store.js';
import type { Clock } from '../common/clock.js';
import type { Configuration } from '../common/config/index.js';
import { clusterOptions } from '../common/config/options/index.js';
import { WeftError } from '../common/errors/index.js';
import type { Logger } from '../common/log/logger.js';
import { requireFit } from '../common/wire/index.js';
import { JobGraphSchema, type JobGraph } from '../graph/job-graph.js';
import { restartStrategyOf } from './failover/configured-strategy.js';
import { summaryOf } from './job/failures.js';
import { JobMaster } from './job/job-master.js';
import { requireSuccessor } from './job/job-successor.js';
import { isTerminalJob } from './job/states.js';
import type { JobStore, StoredResult } from './job-store.js';
import type { StartEnumerators } from './sources/enumerator-runner.js';
import type { SlotPool } from './slot-pool.js';
import type { TaskManagers } from './task-managers.js';

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Configuration;
  readonly blobs: BlobStore;
  readonly store: JobStore;
  readonly pool: SlotPool;
  readonly taskManagers: Pick<TaskManagers, 'get'>;
  readonly checkpointDirectory: string;
  /** Runs the enumerators of jobs' sources. */
  readonly startEnumerators: StartEnumerators;
  /** From 0 to 1. */
  readonly random: () => number;
  onTerminal(job: JobMaster): void;
}

export class Dispatcher {
  /** In order of submission. */
  private readonly jobs = new Map<string, JobMaster>();
  /** What jobs that are being stopped for it go on as. */
  private readonly successors = new Map<string, { jobGraph: JobGraph; started: () => void }>();
  private readonly cancelExpiry = new Map<string, () => void>();
  private accepting = true;

  constructor(private readonly options: DispatcherOptions) {}

  list(): JobMaster[] {
    return [...this.jobs.values()];
  }

  find(jobId: string): JobMaster | undefined {
    return this.jobs.get(jobId);
  }

  /** @throws JOB_NOT_FOUND */
  get(jobId: string): JobMaster {
    const job = this.jobs.get(jobId);
    if (job === undefined) throw new WeftError('JOB_NOT_FOUND', `Job ${jobId} not found`);
    return job;
  }

  get runningJobs(): number {
    return this.list().filter((job) => !job.terminal).length;
  }

  /** Takes no further job. */
  close(): void {
    this.accepting = false;
  }

  /** Restarts the jobs that a former JobManager left running. */
  async recover(): Promise<void> {
    for (const { jobGraph, attempt, submittedMs } of this.options.store.running()) {
      this.options.log.info({ jobId: jobGraph.jobId, attempt: attempt + 1 }, `recovering job "${jobGraph.name}"`);
      await this.run(jobGraph, attempt + 1, submittedMs);
    }
  }

  /**
   * Takes a job and starts it. Submitting it again (a client that did not hear the answer) is harmless.
   * @throws JOB_GRAPH_INVALID, BLOB_NOT_FOUND when a file of its artifact was not uploaded, CLUSTER_SHUTTING_DOWN
   */
  async submit(value: unknown): Promise<string> {
    requireFit(JobGraphSchema, value, 'JOB_GRAPH_INVALID', 'The job graph');
    const jobGraph = value as JobGraph;
    if (!this.accepting) throw new WeftError('CLUSTER_SHUTTING_DOWN', 'The cluster is being stopped.');
    if (this.isKnown(jobGraph.jobId)) return jobGraph.jobId;
    for (const { path, sha256 } of jobGraph.program.files) {
      if (await this.options.blobs.has(sha256)) continue;
      throw new WeftError('BLOB_NOT_FOUND', `The file "${path}" (${sha256}) of the job was not uploaded.`);
    }
    await this.run(jobGraph, 0, this.options.clock.nowMs());
    return jobGraph.jobId;
  }

  /**
   * Goes on with a job as another graph of the same program says, from a checkpoint that is taken now. Resolves when the tasks of the
   * former graph are gone.
   * @param value the job graph; of the same id
   * @throws JOB_NOT_FOUND, JOB_GRAPH_INVALID, JOB_NOT_RESCALABLE, CHECKPOINT_… as a rejection: then the job goes on as it was
   */
  async rescale(jobId: string, value: unknown): Promise<void> {
    requireFit(JobGraphSchema, value, 'JOB_GRAPH_INVALID', 'The job graph');
    const jobGraph = value as JobGraph;
    const job = this.get(jobId);
    requireSuccessor(job.jobGraph, jobGraph);
    await this.options.blobs.put(Buffer.from(JSON.stringify(jobGraph)));
    await job.checkpoints.checkpoint();
    await new Promise<void>((resolve) => {
      this.successors.set(jobId, { jobGraph, started: resolve });
      job.cancel();
    });
    if (this.jobs.get(jobId) === job) {
      throw new WeftError('JOB_NOT_RESCALABLE', `Job ${jobId} has ended: it is ${job.state}.`, { subject: jobId });
    }
  }

  /** How a job ended that this JobManager, or one before it, ran to its end. */
  resultOf(jobId: string): StoredResult | undefined {
    const job = this.jobs.get(jobId);
    return job === undefined ? this.options.store.result(jobId) : resultOf(job);
  }

  stop(): void {
    for (const cancel of this.cancelExpiry.values()) cancel();
  }

  private isKnown(jobId: string): boolean {
    return this.jobs.has(jobId) || this.options.store.result(jobId) !== undefined;
  }

  /** @param former what ran the job until now */
  private async run(jobGraph: JobGraph, firstAttempt: number, submittedMs: number, former?: JobMaster): Promise<void> {
    const { clock, log, config, blobs, store, pool, taskManagers, startEnumerators, checkpointDirectory, random } =
      this.options;
    const jobGraphHash = await blobs.put(Buffer.from(JSON.stringify(jobGraph)));
    if (this.jobs.get(jobGraph.jobId) !== former) return;
    const job = new JobMaster({
      clock,
      log,
      config,
      jobGraph,
      jobGraphHash,
      firstAttempt,
      submittedMs,
      pool,
      taskManagers,
      checkpointDirectory,
      random,
      startEnumerators,
      strategy: restartStrategyOf(jobGraph, config, random),
      onAttempt: (attempt) => {
        store.save({ jobGraph, attempt, submittedMs });
      },
      onTerminal: (ended) => {
        this.ended(ended);
      },
    });
    this.jobs.set(jobGraph.jobId, job);
    job.start();
  }

  private ended(job: JobMaster): void {
    const successor = this.successors.get(job.jobId);
    this.successors.delete(job.jobId);
    if (successor === undefined) this.over(job);
    else if (job.state !== 'CANCELED') {
      this.over(job);
      successor.started();
    } else {
      const submittedMs = job.enteredMs.INITIALIZING ?? this.options.clock.nowMs();
      void this.run(successor.jobGraph, job.attempt + 1, submittedMs, job).finally(successor.started);
    }
  }

  /** It will not run again. */
  private over(job: JobMaster): void {
    const { clock, config, store } = this.options;
    const result = resultOf(job);
    if (result !== undefined) store.finish(result);
    const cancel = clock.after(config.get(clusterOptions.jobStoreExpirationS) * 1000, () => {
      this.expire(job);
    });
    this.cancelExpiry.set(job.jobId, cancel);
    // Only now: whoever starts anew before must not run the job a second time from its beginning.
    const cleaning = isTerminalJob(job.state) ? job.checkpoints.ended(job.state) : undefined;
    if (cleaning === undefined) this.options.onTerminal(job);
    else void cleaning.finally(() => this.options.onTerminal(job));
  }

  /** Forgets a job that ended long ago, with the files that no other job needs. */
  private expire(job: JobMaster): void {
    const { store, blobs, log } = this.options;
    this.jobs.delete(job.jobId);
    this.cancelExpiry.delete(job.jobId);
    store.forget(job.jobId);
    const needed = new Set(this.list().flatMap(filesOf));
    for (const hash of filesOf(job)) {
      if (needed.has(hash)) continue;
      blobs.delete(hash).catch((error: unknown) => {
        log.warn({ err: error, hash }, 'a file of a forgotten job could not be deleted');
      });
    }
  }
}

function filesOf({ jobGraph, jobGraphHash }: JobMaster): string[] {
  return [jobGraphHash, ...jobGraph.program.files.map(({ sha256 }) => sha256)];
}

function resultOf(job: JobMaster): StoredResult | undefined {
  const { state, jobId } = job;
  if (!isTerminalJob(state)) return undefined;
  const failure = state === 'FAILED' ? job.failures.latest : undefined;
  const accumulators = job.accumulators();
  return {
    jobId,
    state,
    diagnostics: failure === undefined ? '' : summaryOf(failure),
    ...(failure === undefined ? {} : { error: failure.root.error }),
    ...(accumulators.length === 0 ? {} : { accumulators }),
  };
}
