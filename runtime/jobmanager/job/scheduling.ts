/**
 * Brings the executions of a job into slots, all at first and later those that restart: asks for the slots that are missing, settles from which
 * checkpoint to start, deploys (all at once, or stage by stage), and runs the enumerators of the job's sources beside them. It
 * acts on what the job decides and tells it what failed.
 */
import type { Clock } from '../../common/clock.js';
import type { Logger } from '../../common/log/logger.js';
import type { FromReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { ExecutionGraph, SubtaskKey } from '../../graph/execution-graph.js';
import { isStaged } from '../../graph/stages.js';
import type { JobCheckpoints } from '../checkpoint/index.js';
import type { StartEnumerators } from '../sources/enumerator-runner.js';
import { SourceCoordinators } from '../sources/source-coordinators.js';
import type { TaskManagers } from '../task-managers.js';
import { deploy, type DeploymentOptions } from './deployment.js';
import type { Execution } from './execution.js';
import type { Executions } from './executions.js';
import type { JobSlots } from './job-slots.js';
import { StagedDeployment } from './staged-deployment.js';
import type { TaskOrders } from './task-orders.js';

/** The job, as far as scheduling asks it and reports to it. */
export interface ScheduledJob {
  /** Counts the deployments; that of the latest. */
  readonly attempt: number;
  /** Whether the job is RUNNING, or a part of it restarts, so that what is scheduled may be deployed. */
  readonly deployable: boolean;
  readonly terminal: boolean;
  /** Slots did not come, an enumerator failed, or the deployment did. @param executions those concerned @default all */
  failed(error: unknown, executions?: Execution[]): void;
  /** Nothing that the job could start from: no restart would help. */
  failedForGood(error: unknown): void;
  /** A slot refused its tasks. */
  slotFailed(executions: readonly Execution[], error: unknown): void;
}

export interface JobSchedulingOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly graph: ExecutionGraph;
  readonly jobGraphHash: string;
  /** When the job was submitted. */
  readonly submittedMs: number;
  readonly executions: Executions;
  readonly slots: JobSlots;
  readonly orders: TaskOrders;
  readonly taskManagers: Pick<TaskManagers, 'get'>;
  readonly startEnumerators: StartEnumerators;
  readonly checkpoints: JobCheckpoints;
  readonly job: ScheduledJob;
}

export class JobScheduling {
  /** Whether the job runs stage by stage. */
  readonly staged: boolean;
  private sourcesNow: SourceCoordinators;
  private sourcesRun = false;
  /** Executions that will start again while the enumerators of their sources run on. */
  private returning: readonly Execution[] = [];
  /** Whether it is being settled from which checkpoint to start. */
  private preparing = false;
  /** Of the current attempt, if the job runs stage by stage. */
  private stages: StagedDeployment | undefined;

  constructor(private readonly options: JobSchedulingOptions) {
    this.staged = isStaged(options.graph.jobGraph);
    this.sourcesNow = this.newSources();
  }

  /** Of the current attempt. */
  get sources(): SourceCoordinators {
    return this.sourcesNow;
  }

  /** Fresh executions for the regions; enumerators begin anew only if all do. */
  renew(regions: ReadonlySet<number>): void {
    const { executions, clock } = this.options;
    this.releasePartitions();
    this.stages = undefined;
    const fresh = executions.renew(regions, clock.nowMs());
    if (fresh.length < executions.all().length) {
      this.returning = [...this.returning, ...fresh];
      return;
    }
    this.returning = [];
    this.stopSources();
    this.sourcesNow = this.newSources();
    this.sourcesRun = false;
  }

  /** Fresh executions go into slots as soon as there are any. */
  schedule(): void {
    const { clock, executions, slots } = this.options;
    for (const execution of executions.all()) {
      if (execution.state === 'CREATED') execution.become('SCHEDULED', clock.nowMs());
    }
    if (slots.enough) this.deploy();
    else if (slots.waiting === undefined) this.requestSlots();
  }

  /** An execution ended: in a job of stages the next ones may start. */
  advance(): void {
    this.stages?.advance();
  }

  requestSlots(): void {
    const { slots, job } = this.options;
    slots.request(
      () => {
        if (job.deployable && this.isScheduled) this.deploy();
      },
      (error) => job.failed(error, this.isScheduled ? this.scheduled : undefined),
    );
  }

  /** Whether executions wait for their deployment. */
  get isScheduled(): boolean {
    return this.scheduled.length > 0;
  }

  private get scheduled(): Execution[] {
    return this.options.executions.all().filter(({ state }) => state === 'SCHEDULED');
  }

  fromReader({ vertexId, subtask }: Execution, message: FromReader): void {
    this.sourcesNow.fromReader(vertexId, subtask, message);
  }

  stopSources(): void {
    const { log, graph } = this.options;
    this.sourcesNow.stop().catch((error: unknown) => {
      log.warn({ err: error, jobId: graph.jobGraph.jobId }, 'the enumerators of a job could not be stopped');
    });
  }

  /** What stages left for later ones goes, wherever it lies. */
  releasePartitions(): void {
    if (this.staged) this.options.orders.releasePartitions(this.options.executions.all());
  }

  private newSources(): SourceCoordinators {
    const { clock, graph, startEnumerators, executions, orders, job } = this.options;
    const sources: SourceCoordinators = new SourceCoordinators({
      clock,
      jobGraph: graph.jobGraph,
      start: startEnumerators,
      send: (vertexId, subtask, message) => {
        const execution = executions.at({ vertexId, subtask });
        if (execution !== undefined && sources === this.sourcesNow) orders.toReader(execution, message);
      },
      failed: (error) => {
        if (sources === this.sourcesNow && !job.terminal) job.failed(error);
      },
    });
    return sources;
  }

  /** Those of a first deployment start; those that run on hear which readers come back, and with what. */
  private startSources(): void {
    const { enumerators, restoredId } = this.options.checkpoints;
    if (!this.sourcesRun) this.sourcesNow.start(enumerators);
    this.sourcesRun = true;
    for (const { vertexId, subtask } of this.returning) this.sourcesNow.readerLost(vertexId, subtask, restoredId);
    this.returning = [];
  }

  /** As soon as it is settled from which checkpoint the job starts. */
  private deploy(): void {
    const { job, slots } = this.options;
    if (this.preparing) return;
    let prepared: Promise<void> | undefined;
    try {
      prepared = this.options.checkpoints.prepare();
    } catch (error) {
      job.failedForGood(error);
      return;
    }
    if (prepared === undefined) {
      this.deployPrepared();
      return;
    }
    this.preparing = true;
    void prepared
      .catch((error: unknown) => job.failedForGood(error))
      .finally(() => {
        this.preparing = false;
        if (job.deployable && this.isScheduled && slots.enough) this.deployPrepared();
      });
  }

  private deployPrepared(): void {
    const { slots, job } = this.options;
    this.startSources();
    const deployment = this.deployment();
    if (this.staged) {
      this.stages ??= new StagedDeployment({ ...deployment, slots: () => slots.held });
      this.stages.advance();
      return;
    }
    deploy({ ...deployment, slots: slots.held }).catch((error: unknown) => {
      if (!job.terminal) job.failed(error);
    });
  }

  private deployment(): Omit<DeploymentOptions, 'slots'> {
    const { clock, log, graph, jobGraphHash, submittedMs, taskManagers, executions, job } = this.options;
    const { checkpoints } = this.options;
    const { attempt } = job;
    return {
      ...{ graph, jobGraphHash, attempt, log },
      executions: executions.table,
      restoreOf: (key: SubtaskKey) => checkpoints.restoreOf(key),
      finalCheckpoint: checkpoints.goOnAtTheEnd,
      submittedMs,
      taskManager: (resourceId) => taskManagers.get(resourceId),
      nowMs: () => clock.nowMs(),
      onBuilt: (built) => {
        for (const execution of built) {
          if (execution.state === 'DEPLOYING') execution.become('INITIALIZING', clock.nowMs());
        }
      },
      onFailed: (members, error) => {
        if (!job.terminal) job.slotFailed(members, error);
      },
    };
  }
}
