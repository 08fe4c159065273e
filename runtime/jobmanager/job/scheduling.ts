/**
 * Brings the executions of a job into slots, attempt by attempt: asks for the slots that are missing, settles from which
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
  /** Of the current deployment. */
  readonly attempt: number;
  /** Whether the job is RUNNING, so that executions may be deployed. */
  readonly running: boolean;
  readonly terminal: boolean;
  /** Slots did not come, an enumerator failed, or the deployment did. */
  failed(error: unknown): void;
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
  /** The attempt whose deployment is being prepared. */
  private preparing: number | undefined;
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

  /** Fresh executions, and fresh enumerators beside them. */
  renew(): void {
    const { executions, clock, job } = this.options;
    this.releasePartitions();
    this.stages = undefined;
    executions.renew(job.attempt, clock.nowMs());
    this.sourcesNow = this.newSources();
  }

  /** The executions go into slots as soon as there are any. */
  schedule(): void {
    const { clock, executions, slots } = this.options;
    for (const execution of executions.all()) execution.become('SCHEDULED', clock.nowMs());
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
        if (job.running) this.deploy();
      },
      (error) => job.failed(error),
    );
  }

  get isScheduled(): boolean {
    return this.options.executions.all().every(({ state }) => state === 'SCHEDULED');
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
    const { graph, startEnumerators, executions, orders, job } = this.options;
    const { attempt } = job;
    return new SourceCoordinators({
      jobGraph: graph.jobGraph,
      start: startEnumerators,
      send: (vertexId, subtask, message) => {
        const execution = executions.at({ vertexId, subtask });
        if (execution !== undefined && attempt === job.attempt) orders.toReader(execution, message);
      },
      failed: (error) => {
        if (attempt === job.attempt && !job.terminal) job.failed(error);
      },
    });
  }

  /** As soon as it is settled from which checkpoint the job starts. */
  private deploy(): void {
    const { job, slots } = this.options;
    const { attempt } = job;
    if (this.preparing === attempt) return;
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
    this.preparing = attempt;
    void prepared
      .catch((error: unknown) => job.failedForGood(error))
      .finally(() => {
        this.preparing = undefined;
        if (attempt === job.attempt && job.running && this.isScheduled && slots.enough) this.deployPrepared();
      });
  }

  private deployPrepared(): void {
    const { slots, job } = this.options;
    this.sourcesNow.start(this.options.checkpoints.enumerators);
    const deployment = this.deployment();
    if (this.staged) {
      this.stages ??= new StagedDeployment({ ...deployment, slots: () => slots.held });
      this.stages.advance();
      return;
    }
    const { attempt } = job;
    deploy({ ...deployment, slots: slots.held }).catch((error: unknown) => {
      if (attempt === job.attempt && !job.terminal) job.failed(error);
    });
  }

  private deployment(): Omit<DeploymentOptions, 'slots'> {
    const { clock, log, graph, jobGraphHash, taskManagers, executions, job } = this.options;
    const { checkpoints } = this.options;
    const { attempt } = job;
    return {
      ...{ graph, jobGraphHash, attempt, log },
      executions: executions.table,
      restoreOf: (key: SubtaskKey) => checkpoints.restoreOf(key),
      finalCheckpoint: checkpoints.goOnAtTheEnd,
      taskManager: (resourceId) => taskManagers.get(resourceId),
      nowMs: () => clock.nowMs(),
      onBuilt: (built) => {
        for (const execution of built) {
          if (execution.state === 'DEPLOYING') execution.become('INITIALIZING', clock.nowMs());
        }
      },
      onFailed: (members, error) => {
        if (attempt === job.attempt && !job.terminal) job.slotFailed(members, error);
      },
    };
  }
}
