/**
 * One job from its submission to its end: waits for slots, deploys, follows its executions, restarts after failures as the
 * strategy allows, cancels. It owns the job's state and says what happens next; how is known by its parts (`scheduling.ts`,
 * `job-slots.ts`, `task-orders.ts`, `failover/recovery.ts`). The dispatcher owns the job.
 */
import { sleep, type Clock } from '../../common/clock.js';
import type { Configuration } from '../../common/config/index.js';
import { clusterOptions } from '../../common/config/options/index.js';
import { WeftError, asWeftError, fromWireError } from '../../common/errors/index.js';
import type { Logger } from '../../common/log/logger.js';
import { transition } from '../../common/state-machine.js';
import type { AccumulatorState } from '../../common/wire/protocols/task-findings.js';
import { mergeAccumulators } from '../../graph/accumulator-states.js';
import { expand, type ExecutionGraph } from '../../graph/execution-graph.js';
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';
import { Regions } from '../../graph/regions.js';
import { isStaged } from '../../graph/stages.js';
import { JobCheckpoints, checkpointSettingsOf } from '../checkpoint/index.js';
import { Recovery } from '../failover/recovery.js';
import { canRestart, type RestartStrategy } from '../failover/restart-strategy.js';
import type { SlotPool } from '../slot-pool.js';
import type { StartEnumerators } from '../sources/enumerator-runner.js';
import type {
  CheckpointAcknowledged,
  CheckpointDeclined,
  Heartbeat,
  ReaderMessage,
  TaskManager,
  TaskManagers,
  TaskStates,
} from '../task-managers.js';
import { checkpointMessenger } from './checkpoint-messenger.js';
import type { Execution } from './execution.js';
import { Executions } from './executions.js';
import { failureOf, type Failure, type FailureHistory } from './failures.js';
import { JobSlots } from './job-slots.js';
import { JobScheduling, type ScheduledJob } from './scheduling.js';
import { JOB_TRANSITIONS, isTerminalJob, type JobEvent, type JobState } from './states.js';
import { TaskOrders, type Collected } from './task-orders.js';

/** How long a client that asks for results waits while the sink does not run. */
const RESULTS_PAUSE_MS = 20;

export interface ResultBatch extends Collected {
  /** The attempt of the sink that they come from. */
  readonly attempt: number;
}

export interface JobMasterOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Configuration;
  readonly jobGraph: JobGraph;
  /** Hash of the JobGraph's JSON in the blob store. */
  readonly jobGraphHash: string;
  /** Of the first deployment; more than 0 when a former JobManager ran the job already. */
  readonly firstAttempt: number;
  readonly submittedMs: number;
  readonly pool: SlotPool;
  readonly taskManagers: Pick<TaskManagers, 'get'>;
  readonly strategy: RestartStrategy;
  /** Where checkpoints go when nothing else is said. */
  readonly checkpointDirectory: string;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Runs the enumerators of the job's sources. */
  readonly startEnumerators: StartEnumerators;
  /** Before tasks of this attempt are deployed: it must be remembered, so that no later JobManager repeats it. */
  onAttempt(attempt: number): void;
  /** The job has reached its terminal state. */
  onTerminal(job: JobMaster): void;
}

export class JobMaster implements ScheduledJob {
  readonly graph: ExecutionGraph;
  readonly checkpoints: JobCheckpoints;
  /** When each state was last entered; only those that were. */
  readonly enteredMs: Partial<Record<JobState, number>> = {};
  private current: JobState = 'INITIALIZING';
  private jobAttempt: number;
  private readonly executions: Executions;
  private readonly slots: JobSlots;
  private readonly orders: TaskOrders;
  private readonly recovery: Recovery;
  private readonly scheduling: JobScheduling;

  constructor(private readonly options: JobMasterOptions) {
    const { clock, log, jobGraph, jobGraphHash, config, pool, taskManagers, startEnumerators, strategy } = options;
    const { jobId, name: jobName } = jobGraph;
    this.graph = expand(jobGraph);
    this.jobAttempt = options.firstAttempt;
    this.enteredMs.INITIALIZING = options.submittedMs;
    const staged = isStaged(jobGraph);
    const regional = !staged && canRestart(strategy) && config.get(clusterOptions.failoverStrategy) === 'region';
    const regions = regional ? Regions.of(this.graph) : Regions.whole(this.graph);
    this.executions = new Executions(jobGraph, regions, this.jobAttempt, clock.nowMs());
    this.slots = new JobSlots({ pool, log, jobId, jobName, count: this.graph.slots.length, staged });
    const cancellationTimeoutMs = config.get(clusterOptions.taskCancellationTimeoutMs);
    this.orders = new TaskOrders({ jobId, log, taskManagers, cancellationTimeoutMs });
    this.recovery = new Recovery({
      ...{ clock, strategy, historySize: config.get(clusterOptions.exceptionHistorySize) },
      damaged: (error) => this.checkpoints.damaged(error),
    });
    this.checkpoints = this.createCheckpoints();
    this.scheduling = new JobScheduling({
      ...{
        clock,
        log,
        graph: this.graph,
        jobGraphHash,
        submittedMs: options.submittedMs,
        taskManagers,
        startEnumerators,
        job: this,
      },
      ...{ executions: this.executions, slots: this.slots, orders: this.orders, checkpoints: this.checkpoints },
    });
  }

  get jobGraph(): JobGraph {
    return this.options.jobGraph;
  }

  /** Hash of the JobGraph's JSON in the blob store. */
  get jobGraphHash(): string {
    return this.options.jobGraphHash;
  }

  get jobId(): string {
    return this.jobGraph.jobId;
  }

  get name(): string {
    return this.jobGraph.name;
  }

  get state(): JobState {
    return this.current;
  }

  get terminal(): boolean {
    return isTerminalJob(this.current);
  }

  /** Counts the deployments from 0: that of the whole job, then those of what restarts. */
  get attempt(): number {
    return this.jobAttempt;
  }

  get strategy(): RestartStrategy {
    return this.options.strategy;
  }

  /** See `ScheduledJob`. */
  get deployable(): boolean {
    return this.running || this.current === 'RESTARTING';
  }

  private get running(): boolean {
    return this.current === 'RUNNING';
  }

  get failures(): FailureHistory {
    return this.recovery.failures;
  }

  /** What the job waits for, for people; undefined when it waits for nothing. */
  get waitingFor(): string | undefined {
    const pausing = this.current === 'RESTARTING' ? 'waiting to restart after a failure' : undefined;
    return this.slots.waiting ?? pausing;
  }

  /** Which task keeps its thread for too long, for people; undefined when none does. */
  get blocked(): string | undefined {
    if (!this.running) return undefined;
    const blocked = this.allExecutions().find(
      ({ terminal, latest }) => !terminal && latest?.metrics.blockedMs !== undefined,
    );
    if (blocked === undefined) return undefined;
    // Without the time: who follows the job is told of what changes.
    return `held up: "${this.executions.taskName(blocked)}" has blocked its thread for over a second`;
  }

  /** The current execution of each subtask, in order of vertex and subtask. */
  allExecutions(): Execution[] {
    return this.executions.all();
  }

  executionsOf(vertex: Pick<JobVertex, 'id' | 'parallelism'>): Execution[] {
    return this.executions.of(vertex);
  }

  /** Merged over all subtasks of the current attempt. */
  accumulators(): AccumulatorState[] {
    return mergeAccumulators(this.allExecutions().flatMap((execution) => execution.accumulators));
  }

  /**
   * Records of the job's collect sink, from a position on.
   * @param node the sink
   */
  async results(node: number, from: number): Promise<ResultBatch> {
    const vertex = this.jobGraph.vertices.find(({ nodes }) => nodes.includes(node));
    const execution = vertex === undefined ? undefined : this.executionsOf(vertex)[0];
    const attempt = execution?.attempt ?? 0;
    const collected = execution?.state === 'RUNNING' ? await this.orders.collect(execution, from) : undefined;
    if (collected !== undefined) return { ...collected, attempt };
    if (!this.terminal) await sleep(this.options.clock, RESULTS_PAUSE_MS);
    return { records: [], ended: this.terminal, attempt };
  }

  start(): void {
    this.become('initialized');
    this.become('schedule');
    this.schedule();
  }

  /** Ends the job CANCELED. Repeating it is harmless. @throws JOB_NOT_CANCELLABLE when it has finished or failed. */
  cancel(): void {
    if (this.current === 'CANCELED' || this.current === 'CANCELLING') return;
    if (this.terminal) {
      throw new WeftError('JOB_NOT_CANCELLABLE', `Job ${this.jobId} is ${this.current} and cannot be cancelled.`);
    }
    this.become('cancel');
    this.checkpoints.stop('The job is cancelled.');
    this.recovery.endPause();
    this.cancelExecutions();
    this.proceed();
  }

  /** Reports of a TaskManager. Those of older attempts, and what contradicts the state table, are dropped. */
  taskStates(taskManager: TaskManager, { changes }: TaskStates): void {
    const nowMs = this.options.clock.nowMs();
    for (const { executionId, state, error, metrics } of changes) {
      const execution = this.executions.withId(executionId);
      if (execution?.place?.resourceId !== taskManager.registration.resourceId) continue;
      if (metrics !== undefined) execution.measured(metrics, nowMs);
      if (!execution.accepts(state)) {
        this.options.log.warn({ executionId, from: execution.state, to: state }, 'ignored an illegal change of state');
        continue;
      }
      if (!execution.become(state, nowMs)) continue;
      if (execution.state === 'FAILED') {
        const cause = error === undefined ? unexplained(execution) : fromWireError(error);
        this.onFailure(this.failureIn(execution, cause), [execution.region]);
      } else if (execution.state === 'CANCELED' && !this.recovery.isDown(execution.region)) {
        this.onFailure(this.failureIn(execution, canceledUnasked(execution)), [execution.region]);
      } else if (execution.state === 'FINISHED') {
        this.checkpoints.taskFinished(execution);
      }
    }
    if (this.running && this.checkpoints.plan() !== undefined) this.checkpoints.start();
    this.proceed();
  }

  /** Reports of older attempts are dropped. */
  checkpointAcknowledged({ acknowledgement }: CheckpointAcknowledged): void {
    this.checkpoints.acknowledged(acknowledgement);
  }

  checkpointDeclined({ checkpointId, executionId, error }: CheckpointDeclined): void {
    this.checkpoints.declined(checkpointId, executionId, fromWireError(error));
  }

  /** A source's reader speaks to its enumerator. */
  fromReader(taskManager: TaskManager, { executionId, message }: ReaderMessage): void {
    const execution = this.executions.withId(executionId);
    if (execution?.place?.resourceId !== taskManager.registration.resourceId) return;
    this.scheduling.fromReader(execution, message);
  }

  heartbeat({ metrics }: Heartbeat): void {
    const nowMs = this.options.clock.nowMs();
    for (const sample of metrics) this.executions.withId(sample.executionId)?.measured(sample, nowMs);
  }

  /** Its slots are gone, and with them what ran there. */
  taskManagerLost(resourceId: string, cause: WeftError): void {
    if (this.terminal || !this.slots.lose(resourceId)) return;
    // What a stage left there for the next ones is gone too.
    const hit = this.executions.on(resourceId).filter(({ terminal }) => !terminal || this.scheduling.staged);
    this.markFailed(hit);
    if (hit.length > 0) this.onFailure(this.failureIn(hit[0], cause), regionsOf(hit));
    if (this.needsSlots()) this.scheduling.requestSlots();
    this.proceed();
  }

  /** See `ScheduledJob`. */
  failed(error: unknown, executions = this.allExecutions()): void {
    this.onFailure(failureOf(error, this.options.clock.nowMs()), regionsOf(executions));
    this.proceed();
  }

  /** See `ScheduledJob`. */
  failedForGood(error: unknown): void {
    if (!this.running) return;
    this.recovery.joins(failureOf(asWeftError(error), this.options.clock.nowMs()), this.executions.everywhere);
    this.options.log.error({ jobId: this.jobId, err: error }, 'the job cannot be started');
    this.become('fail');
    this.cancelExecutions();
    this.proceed();
  }

  /** See `ScheduledJob`. If their TaskManager was lost meanwhile, that has been dealt with already. */
  slotFailed(members: readonly Execution[], error: unknown): void {
    const current = members.filter((execution) => this.executions.withId(execution.executionId) === execution);
    const [first] = this.markFailed(current);
    if (first !== undefined) this.onFailure(this.failureIn(first, error), [first.region]);
    this.proceed();
  }

  /** @returns those that have failed by this: not those that had ended, or were to end anyway */
  private markFailed(executions: readonly Execution[]): Execution[] {
    const nowMs = this.options.clock.nowMs();
    return executions.filter((execution) => {
      if (execution.terminal) return false;
      execution.become('FAILED', nowMs);
      return execution.state === 'FAILED';
    });
  }

  private schedule(): void {
    this.options.onAttempt(this.jobAttempt);
    this.scheduling.schedule();
  }

  /** Whether slots that the job lacks are of use now: before its first deployment, and from a failure on. */
  private needsSlots(): boolean {
    if (this.slots.missing === 0) return false;
    return this.current === 'RESTARTING' || (this.running && this.scheduling.isScheduled);
  }

  /** The first failure of a region decides; those in its wake are kept beside it. */
  private onFailure(failure: Failure, regions: Iterable<number>): void {
    const { log } = this.options;
    if (!this.deployable) {
      if (this.recovery.regionsDown.size > 0) this.failures.join(failure);
      return;
    }
    const hit = Recovery.isOfAll(failure) ? this.executions.everywhere : new Set(regions);
    if (this.recovery.joins(failure, hit)) {
      this.cancelExecutions(hit);
      return;
    }
    this.checkpoints.stop('The job failed.');
    log.warn({ jobId: this.jobId, task: failure.taskName, err: fromWireError(failure.error) }, 'the job failed');
    const decision = this.recovery.decide(failure);
    if (decision.restart) {
      if (this.running) this.become('restart');
      const what = hit.size < this.executions.everywhere.size ? 'restarting a part of the job' : 'restarting the job';
      log.info({ jobId: this.jobId, delayMs: decision.delayMs, tasks: this.executions.in(hit).length }, what);
      this.recovery.pause(decision.delayMs, () => this.proceed());
      this.cancelExecutions(hit);
    } else {
      log.error({ jobId: this.jobId }, `the job is not restarted: ${decision.reason}`);
      this.become('fail');
      this.cancelExecutions();
    }
    // Asked for at once, so that a new TaskManager starts while the strategy pauses.
    if (this.needsSlots()) this.scheduling.requestSlots();
  }

  private createCheckpoints(): JobCheckpoints {
    const { clock, log, jobGraph, config, checkpointDirectory, random } = this.options;
    return new JobCheckpoints({
      ...{ clock, log, graph: this.graph, random, defaultDirectory: checkpointDirectory },
      settings: checkpointSettingsOf(jobGraph, config),
      executions: () => this.allExecutions(),
      sources: () => this.scheduling.sources,
      messenger: checkpointMessenger({
        jobId: this.jobId,
        execution: (executionId) => this.executions.withId(executionId),
        slots: () => this.slots.held,
        session: (resourceId) => this.orders.session(resourceId),
      }),
      onCompleted: () => this.recovery.progressed(),
      failJob: (error) => this.failed(error),
    });
  }

  /** @param regions those that end */
  private cancelExecutions(regions = this.executions.everywhere): void {
    const all = regions.size === this.executions.everywhere.size;
    if (all) {
      this.scheduling.stopSources();
      this.slots.withdraw();
    }
    const nowMs = this.options.clock.nowMs();
    const running = this.executions.in(regions).filter((execution) => {
      if (execution.terminal || execution.state === 'CANCELING') return false;
      execution.become('CANCELING', nowMs);
      return !execution.terminal;
    });
    this.orders.cancel(
      running.flatMap(({ place }) => place ?? []),
      all ? undefined : regions,
    );
  }

  /** Does what the job's state allows once nothing of the current attempt runs any longer. */
  private proceed(): void {
    if (this.terminal) return;
    if (this.running) this.scheduling.advance();
    const waitsFor = this.current === 'RESTARTING' ? this.recovery.regionsDown : this.executions.everywhere;
    const executions = this.executions.in(waitsFor);
    if (!executions.every((execution) => execution.terminal)) return;
    switch (this.current) {
      case 'RUNNING':
        if (executions.every(({ state }) => state === 'FINISHED')) this.end('finish');
        return;
      case 'CANCELLING':
      case 'FAILING':
        this.end('ended');
        return;
      case 'RESTARTING':
        if (!this.recovery.pausing) this.restart();
    }
  }

  private restart(): void {
    this.jobAttempt++;
    this.scheduling.renew(this.recovery.begin());
    this.become('schedule');
    this.schedule();
  }

  private end(event: JobEvent): void {
    this.become(event);
    this.scheduling.stopSources();
    // The threads of slots whose tasks all finished are thrown away too.
    this.orders.cancel(this.slots.held);
    this.scheduling.releasePartitions();
    this.slots.release();
    this.options.log.info({ jobId: this.jobId, state: this.current }, `job "${this.name}" is ${this.current}`);
    this.options.onTerminal(this);
  }

  private become(event: JobEvent): void {
    this.current = transition('job', JOB_TRANSITIONS, this.current, event);
    this.enteredMs[this.current] = this.options.clock.nowMs();
  }

  private failureIn(execution: Execution, error: unknown): Failure {
    return {
      ...failureOf(asWeftError(error), this.options.clock.nowMs()),
      taskName: this.executions.taskName(execution),
      place: execution.place,
    };
  }
}

function regionsOf(executions: readonly Execution[]): Set<number> {
  return new Set(executions.map(({ region }) => region));
}

function unexplained(execution: Execution): WeftError {
  return new WeftError('INTERNAL', `The TaskManager reported ${execution.executionId} as failed without saying why.`);
}

function canceledUnasked(execution: Execution): WeftError {
  return new WeftError(
    'TASK_CANCELED_UNEXPECTEDLY',
    `Execution ${execution.executionId} was cancelled by its TaskManager although nobody asked for it.`,
  );
}
