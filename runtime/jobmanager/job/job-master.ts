/**
 * One job from its submission to its end: waits for slots, deploys, follows its executions, restarts after failures as the
 * strategy allows, cancels. It owns the job's state; the dispatcher owns the job.
 */
import { sleep, type Clock } from '../../common/clock.js';
import type { Configuration } from '../../common/config/index.js';
import { clusterOptions } from '../../common/config/options/index.js';
import { WeftError, asWeftError, fromWireError, type ErrorCode } from '../../common/errors/index.js';
import type { Logger } from '../../common/log/logger.js';
import { transition } from '../../common/state-machine.js';
import { mergeAccumulators } from '../../graph/accumulator-states.js';
import { expand, subtaskName, type ExecutionGraph, type SubtaskKey } from '../../graph/execution-graph.js';
import type { AccumulatorState } from '../../common/wire/protocols/task-findings.js';
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';
import { JobCheckpoints, checkpointSettingsOf } from '../checkpoint/index.js';
import { isStaged } from '../../graph/stages.js';
import { RepeatedFailure } from '../failover/repeated-failure.js';
import type { Decision, RestartStrategy } from '../failover/restart-strategy.js';
import type { Slot, SlotPool } from '../slot-pool.js';
import { SourceCoordinators } from '../sources/source-coordinators.js';
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
import { deploy } from './deployment.js';
import { Execution } from './execution.js';
import { FailureHistory, failureOf, type Failure } from './failures.js';
import { StagedDeployment } from './staged-deployment.js';
import { JOB_TRANSITIONS, isTerminalJob, type JobEvent, type JobState } from './states.js';

/** How long a client that asks for results waits while the sink does not run. */
const RESULTS_PAUSE_MS = 20;

/** What a collect sink keeps for the client. */
export interface ResultBatch {
  /** Structured clones, base64. */
  readonly records: readonly string[];
  /** No record follows this one. */
  readonly ended: boolean;
  /** The attempt of the job that they come from. */
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

export class JobMaster {
  readonly graph: ExecutionGraph;
  readonly failures: FailureHistory;
  readonly checkpoints: JobCheckpoints;
  /** When each state was last entered; only those that were. */
  readonly enteredMs: Partial<Record<JobState, number>> = {};
  private current: JobState = 'INITIALIZING';
  private jobAttempt: number;
  private executions = new Map<string, Execution>();
  private sources: SourceCoordinators;
  private readonly byExecutionId = new Map<string, Execution>();
  /** Where `graph.slots[n]` lies, while the job holds it. */
  private slots: (Slot | undefined)[];
  /** The failure that the job is recovering from or dying of. */
  private failing: Failure | undefined;
  private readonly repeated = new RepeatedFailure();
  /** The attempt whose deployment is being prepared. */
  private preparing: number | undefined;
  /** Of the current attempt, if the job runs stage by stage. */
  private stages: StagedDeployment | undefined;
  private restartPauseOver = true;
  private cancelPause: (() => void) | undefined;

  constructor(private readonly options: JobMasterOptions) {
    const { jobGraph, config, firstAttempt, submittedMs } = options;
    this.graph = expand(jobGraph);
    this.slots = this.graph.slots.map(() => undefined);
    this.failures = new FailureHistory(config.get(clusterOptions.exceptionHistorySize));
    this.jobAttempt = firstAttempt;
    this.enteredMs.INITIALIZING = submittedMs;
    this.checkpoints = this.createCheckpoints();
    this.createExecutions();
    this.sources = this.newSources();
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

  /** Counts the deployments of the whole job from 0. */
  get attempt(): number {
    return this.jobAttempt;
  }

  get strategy(): RestartStrategy {
    return this.options.strategy;
  }

  /** What the job waits for, for people; undefined when it waits for nothing. */
  get waitingFor(): string | undefined {
    const slots = this.options.pool.describeWaiting(this.jobId);
    if (slots !== undefined) return slots;
    return this.current === 'RESTARTING' ? 'waiting to restart after a failure' : undefined;
  }

  /** Which task keeps its thread for too long, for people; undefined when none does. */
  get blocked(): string | undefined {
    if (this.current !== 'RUNNING') return undefined;
    for (const execution of this.executions.values()) {
      if (execution.terminal || execution.latest?.metrics.blockedMs === undefined) continue;
      // Without the time: who follows the job is told of what changes.
      return `held up: "${this.taskNameOf(execution)}" has blocked its thread for over a second`;
    }
    return undefined;
  }

  /** The current execution of each subtask, in order of vertex and subtask. */
  allExecutions(): Execution[] {
    return [...this.executions.values()];
  }

  executionsOf(vertex: Pick<JobVertex, 'id' | 'parallelism'>): Execution[] {
    return Array.from({ length: vertex.parallelism }, (_, subtask) =>
      this.executions.get(subtaskName({ vertexId: vertex.id, subtask })),
    ).filter((execution) => execution !== undefined);
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
    const attempt = this.jobAttempt;
    const vertex = this.jobGraph.vertices.find(({ nodes }) => nodes.includes(node));
    const execution = vertex === undefined ? undefined : this.executionsOf(vertex)[0];
    const place = execution?.state === 'RUNNING' ? execution.place : undefined;
    const session = place === undefined ? undefined : this.options.taskManagers.get(place.resourceId)?.peer.session;
    if (place === undefined || session === undefined) {
      if (!this.terminal) await sleep(this.options.clock, RESULTS_PAUSE_MS);
      return { records: [], ended: this.terminal, attempt };
    }
    try {
      const collected = await session.call('collectResults', { jobId: this.jobId, slot: place.slot, from });
      return { ...collected, attempt };
    } catch (error) {
      this.options.log.debug({ err: error, jobId: this.jobId }, 'results could not be fetched');
      return { records: [], ended: false, attempt };
    }
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
    this.cancelPause?.();
    this.cancelExecutions();
    this.proceed();
  }

  /** Reports of a TaskManager. Those of older attempts, and what contradicts the state table, are dropped. */
  taskStates(taskManager: TaskManager, { jobAttempt, changes }: TaskStates): void {
    if (jobAttempt !== this.jobAttempt) return;
    const nowMs = this.options.clock.nowMs();
    for (const { executionId, state, error, metrics } of changes) {
      const execution = this.byExecutionId.get(executionId);
      if (execution?.place?.resourceId !== taskManager.registration.resourceId) continue;
      if (metrics !== undefined) execution.measured(metrics, nowMs);
      if (!execution.accepts(state)) {
        this.options.log.warn({ executionId, from: execution.state, to: state }, 'ignored an illegal change of state');
        continue;
      }
      if (!execution.become(state, nowMs)) continue;
      if (execution.state === 'FAILED') {
        this.failed(this.failureIn(execution, error === undefined ? unexplained(execution) : fromWireError(error)));
      } else if (execution.state === 'CANCELED' && this.current === 'RUNNING') {
        this.failed(this.failureIn(execution, canceledUnasked(execution)));
      } else if (execution.state === 'FINISHED') {
        this.checkpoints.taskFinished(execution);
      }
    }
    if (this.current === 'RUNNING' && this.checkpoints.plan() !== undefined) this.checkpoints.start();
    this.proceed();
  }

  /** Reports of older attempts are dropped. */
  checkpointAcknowledged({ jobAttempt, acknowledgement }: CheckpointAcknowledged): void {
    if (jobAttempt === this.jobAttempt) this.checkpoints.acknowledged(acknowledgement);
  }

  checkpointDeclined({ jobAttempt, checkpointId, executionId, error }: CheckpointDeclined): void {
    if (jobAttempt === this.jobAttempt) this.checkpoints.declined(checkpointId, executionId, fromWireError(error));
  }

  /** A source's reader speaks to its enumerator. */
  fromReader(taskManager: TaskManager, { jobAttempt, executionId, message }: ReaderMessage): void {
    const execution = this.byExecutionId.get(executionId);
    if (jobAttempt !== this.jobAttempt || execution?.place?.resourceId !== taskManager.registration.resourceId) return;
    this.sources.fromReader(execution.vertexId, execution.subtask, message);
  }

  heartbeat({ metrics }: Heartbeat): void {
    const nowMs = this.options.clock.nowMs();
    for (const sample of metrics) this.byExecutionId.get(sample.executionId)?.measured(sample, nowMs);
  }

  /** Its slots are gone, and with them what ran there. */
  taskManagerLost(resourceId: string, cause: WeftError): void {
    if (this.terminal) return;
    const lostSlots = this.slots.filter((slot) => slot?.resourceId === resourceId).length;
    if (lostSlots === 0) return;
    this.slots = this.slots.map((slot) => (slot?.resourceId === resourceId ? undefined : slot));
    const nowMs = this.options.clock.nowMs();
    const here = this.allExecutions().filter((it) => it.place?.resourceId === resourceId);
    for (const execution of here) {
      // What a stage left there for the next ones is gone too.
      if (execution.terminal && !this.isStaged) continue;
      if (!execution.terminal) execution.become('FAILED', nowMs);
      this.failed(this.failureIn(execution, cause));
    }
    if (this.needsSlots()) this.requestMissingSlots();
    this.proceed();
  }

  private schedule(): void {
    const nowMs = this.options.clock.nowMs();
    this.failing = undefined;
    this.options.onAttempt(this.jobAttempt);
    for (const execution of this.executions.values()) execution.become('SCHEDULED', nowMs);
    if (this.canDeploy()) this.deploy();
    else if (this.options.pool.describeWaiting(this.jobId) === undefined) this.requestMissingSlots();
  }

  private newSources(): SourceCoordinators {
    const attempt = this.jobAttempt;
    return new SourceCoordinators({
      jobGraph: this.jobGraph,
      start: this.options.startEnumerators,
      send: (vertexId, subtask, message) => {
        const execution = this.executions.get(subtaskName({ vertexId, subtask }));
        if (execution?.place === undefined || attempt !== this.jobAttempt) return;
        const { executionId, place } = execution;
        const session = this.options.taskManagers.get(place.resourceId)?.peer.session;
        session?.notify('toReader', { jobId: this.jobId, slot: place.slot, executionId, message });
      },
      failed: (error) => {
        if (attempt !== this.jobAttempt || this.terminal) return;
        this.failed(failureOf(error, this.options.clock.nowMs()));
        this.proceed();
      },
    });
  }

  private stopSources(): void {
    this.sources.stop().catch((error: unknown) => {
      this.options.log.warn({ err: error, jobId: this.jobId }, 'the enumerators of a job could not be stopped');
    });
  }

  private missingSlots(): number {
    return this.slots.filter((slot) => slot === undefined).length;
  }

  private get isStaged(): boolean {
    return isStaged(this.jobGraph);
  }

  /** A job that runs stage by stage does with the slots that it has. */
  private canDeploy(): boolean {
    const missing = this.missingSlots();
    return missing === 0 || (this.isStaged && missing < this.slots.length);
  }

  /** Whether slots that the job lacks are of use now: before its first deployment, and from a failure on. */
  private needsSlots(): boolean {
    if (this.missingSlots() === 0) return false;
    return this.current === 'RESTARTING' || (this.current === 'RUNNING' && this.isScheduled());
  }

  private isScheduled(): boolean {
    return this.allExecutions().every(({ state }) => state === 'SCHEDULED');
  }

  private requestMissingSlots(): void {
    const { pool } = this.options;
    pool.withdraw(this.jobId);
    pool.request({
      jobId: this.jobId,
      jobName: this.name,
      count: this.missingSlots(),
      ...(this.isStaged ? { atLeast: 1 } : {}),
      granted: (granted) => {
        const fresh = [...granted];
        this.slots = this.slots.map((slot) => slot ?? fresh.shift());
        if (this.current === 'RUNNING') this.deploy();
      },
      timedOut: (error) => {
        if (this.canDeploy()) return;
        this.failed(failureOf(error, this.options.clock.nowMs()));
        this.proceed();
      },
    });
    this.announceWaiting();
  }

  private announceWaiting(): void {
    // In a later turn: slots that are free are handed out before that, and then there is nothing to tell.
    queueMicrotask(() => {
      queueMicrotask(() => {
        const waiting = this.options.pool.describeWaiting(this.jobId);
        if (waiting !== undefined) this.options.log.info({ jobId: this.jobId }, `job "${this.name}" is ${waiting}`);
      });
    });
  }

  /** As soon as it is settled from which checkpoint the job starts. */
  private deploy(): void {
    const attempt = this.jobAttempt;
    if (this.preparing === attempt) return;
    const prepared = this.attemptTo(() => this.checkpoints.prepare());
    if (prepared === undefined) {
      if (this.current === 'RUNNING') this.deployPrepared();
      return;
    }
    this.preparing = attempt;
    void prepared
      .catch((error: unknown) => this.failedForGood(error))
      .finally(() => {
        this.preparing = undefined;
        const wanted = attempt === this.jobAttempt && this.current === 'RUNNING' && this.isScheduled();
        if (wanted && this.canDeploy()) this.deployPrepared();
      });
  }

  private deployPrepared(): void {
    const { clock, log, jobGraphHash, taskManagers } = this.options;
    const attempt = this.jobAttempt;
    this.sources.start(this.checkpoints.enumerators);
    const isCurrent = (): boolean => attempt === this.jobAttempt && !this.terminal;
    const held = (): Slot[] => this.slots.filter((slot) => slot !== undefined);
    const options = {
      graph: this.graph,
      jobGraphHash,
      attempt,
      executions: this.executions,
      log,
      restoreOf: (key: SubtaskKey) => this.checkpoints.restoreOf(key),
      finalCheckpoint: this.checkpoints.goOnAtTheEnd,
      taskManager: (resourceId: string) => taskManagers.get(resourceId),
      nowMs: () => clock.nowMs(),
      onBuilt: (built: readonly Execution[]) => {
        for (const execution of built) {
          if (execution.state === 'DEPLOYING') execution.become('INITIALIZING', clock.nowMs());
        }
      },
      onFailed: (members: readonly Execution[], error: unknown) => {
        if (isCurrent()) this.slotFailed(members, error);
      },
    };
    if (this.isStaged) {
      this.stages ??= new StagedDeployment({ ...options, slots: held });
      this.stages.advance();
      return;
    }
    deploy({ ...options, slots: held() }).catch((error: unknown) => {
      if (!isCurrent()) return;
      this.failed(failureOf(error, clock.nowMs()));
      this.proceed();
    });
  }

  /** A slot refused its tasks. If its TaskManager was lost meanwhile, that has been dealt with already. */
  private slotFailed(members: readonly Execution[], error: unknown): void {
    const nowMs = this.options.clock.nowMs();
    for (const execution of members) {
      if (execution.terminal) continue;
      execution.become('FAILED', nowMs);
      if (execution.state === 'FAILED') this.failed(this.failureIn(execution, error));
    }
    this.proceed();
  }

  /** The first failure of an attempt decides; those in its wake are kept beside it. */
  private failed(failure: Failure): void {
    const { clock, log } = this.options;
    if (this.failing !== undefined) {
      this.failures.join(failure);
      return;
    }
    if (this.current !== 'RUNNING') return;
    this.failing = failure;
    this.failures.open(failure);
    this.checkpoints.stop('The job failed.');
    log.warn({ jobId: this.jobId, task: failure.taskName, err: fromWireError(failure.error) }, 'the job failed');
    const decision = this.decide(failure);
    if (decision.restart) {
      this.become('restart');
      log.info({ jobId: this.jobId, delayMs: decision.delayMs }, 'restarting the job');
      this.restartPauseOver = false;
      this.cancelPause = clock.after(decision.delayMs, () => {
        this.restartPauseOver = true;
        this.proceed();
      });
    } else {
      log.error({ jobId: this.jobId }, `the job is not restarted: ${decision.reason}`);
      this.become('fail');
    }
    this.cancelExecutions();
    // Asked for at once, so that a new TaskManager starts while the strategy pauses.
    if (this.needsSlots()) this.requestMissingSlots();
  }

  /** Whether the job restarts, after which pause. */
  private decide({ error }: Failure): Decision {
    const { strategy, clock } = this.options;
    if (DAMAGED.has(error.code)) {
      try {
        // The checkpoint before it may do: that is no matter of the strategy.
        this.checkpoints.damaged(fromWireError(error));
        return { restart: true, delayMs: 0 };
      } catch (none) {
        return { restart: false, reason: asWeftError(none).message };
      }
    }
    const times = this.repeated.times(error);
    if (strategy.endless === true && times >= RepeatedFailure.LIMIT) {
      return { restart: false, reason: `it failed in the same way ${times} times in a row` };
    }
    return strategy.onFailure(clock.nowMs());
  }

  /** No restart would help. */
  private failedForGood(error: unknown): void {
    if (this.current !== 'RUNNING') return;
    const failure = failureOf(asWeftError(error), this.options.clock.nowMs());
    this.failing = failure;
    this.failures.open(failure);
    this.options.log.error({ jobId: this.jobId, err: error }, 'the job cannot be started');
    this.become('fail');
    this.cancelExecutions();
    this.proceed();
  }

  private attemptTo<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.failedForGood(error);
      return undefined;
    }
  }

  private createCheckpoints(): JobCheckpoints {
    const { clock, log, jobGraph, config, checkpointDirectory, random, taskManagers, strategy } = this.options;
    return new JobCheckpoints({
      ...{ clock, log, graph: this.graph, random, defaultDirectory: checkpointDirectory },
      settings: checkpointSettingsOf(jobGraph, config),
      executions: () => this.allExecutions(),
      sources: () => this.sources,
      messenger: checkpointMessenger({
        jobId: this.jobId,
        attempt: () => this.jobAttempt,
        execution: (executionId) => this.byExecutionId.get(executionId),
        slots: () => this.slots.filter((slot) => slot !== undefined),
        session: (resourceId) => taskManagers.get(resourceId)?.peer.session,
      }),
      onCompleted: () => {
        this.repeated.reset();
        strategy.onProgress?.();
      },
      failJob: (error) => {
        this.failed(failureOf(error, clock.nowMs()));
        this.proceed();
      },
    });
  }

  private cancelExecutions(): void {
    this.stopSources();
    const nowMs = this.options.clock.nowMs();
    this.options.pool.withdraw(this.jobId);
    const running: Slot[] = [];
    for (const execution of this.executions.values()) {
      if (execution.terminal) continue;
      execution.become('CANCELING', nowMs);
      if (!execution.terminal && execution.place !== undefined) running.push(execution.place);
    }
    this.cancelSlots(running);
  }

  /** One order to each TaskManager. */
  private cancelSlots(slots: readonly Slot[]): void {
    const { taskManagers, log, config } = this.options;
    const timeoutMs = config.get(clusterOptions.taskCancellationTimeoutMs);
    const numbersOf = new Map<string, Set<number>>();
    for (const { resourceId, slot } of slots) {
      numbersOf.set(resourceId, (numbersOf.get(resourceId) ?? new Set<number>()).add(slot));
    }
    for (const [resourceId, numbers] of numbersOf) {
      taskManagers
        .get(resourceId)
        ?.peer.session.call(
          'cancelTasks',
          { jobId: this.jobId, slots: [...numbers].toSorted((a, b) => a - b) },
          { timeoutMs },
        )
        .catch((error: unknown) => {
          log.warn({ err: error, jobId: this.jobId, resourceId }, 'tasks could not be cancelled');
        });
    }
  }

  /** What stages left for later ones goes, wherever it lies. */
  private releasePartitions(): void {
    if (!this.isStaged) return;
    const { taskManagers } = this.options;
    for (const resourceId of new Set(this.allExecutions().flatMap(({ place }) => place?.resourceId ?? []))) {
      taskManagers.get(resourceId)?.peer.session.notify('releasePartitions', { jobId: this.jobId });
    }
  }

  /** Does what the job's state allows once nothing of the current attempt runs any longer. */
  private proceed(): void {
    if (this.terminal) return;
    const executions = this.allExecutions();
    if (this.current === 'RUNNING') this.stages?.advance();
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
        if (this.restartPauseOver) this.restart();
    }
  }

  private restart(): void {
    this.releasePartitions();
    this.stages = undefined;
    this.jobAttempt++;
    this.createExecutions();
    this.sources = this.newSources();
    this.become('schedule');
    this.schedule();
  }

  private end(event: JobEvent): void {
    this.become(event);
    this.stopSources();
    const { pool } = this.options;
    const held = this.slots.filter((slot) => slot !== undefined);
    // The threads of slots whose tasks all finished are thrown away too.
    this.cancelSlots(held);
    this.releasePartitions();
    this.slots = this.slots.map(() => undefined);
    pool.free(this.jobId, held);
    this.options.log.info({ jobId: this.jobId, state: this.current }, `job "${this.name}" is ${this.current}`);
    this.options.onTerminal(this);
  }

  private createExecutions(): void {
    const nowMs = this.options.clock.nowMs();
    this.byExecutionId.clear();
    this.executions = new Map();
    for (const { id: vertexId, parallelism } of this.jobGraph.vertices) {
      for (let subtask = 0; subtask < parallelism; subtask++) {
        const execution = new Execution({ vertexId, subtask }, this.jobAttempt, nowMs);
        this.executions.set(subtaskName(execution), execution);
        this.byExecutionId.set(execution.executionId, execution);
      }
    }
  }

  private become(event: JobEvent): void {
    this.current = transition('job', JOB_TRANSITIONS, this.current, event);
    this.enteredMs[this.current] = this.options.clock.nowMs();
  }

  private failureIn(execution: Execution, error: unknown): Failure {
    return {
      ...failureOf(asWeftError(error), this.options.clock.nowMs()),
      taskName: this.taskNameOf(execution),
      place: execution.place,
    };
  }

  private taskNameOf({ vertexId, subtask, attempt }: Execution): string {
    const vertex = this.jobGraph.vertices.find(({ id }) => id === vertexId);
    return `${vertex?.name ?? vertexId} (${subtask + 1}/${vertex?.parallelism ?? 1}) - execution #${attempt}`;
  }
}

/** A task could not read the state that it should start from. */
const DAMAGED: ReadonlySet<string> = new Set(['CHECKPOINT_CORRUPT', 'CHECKPOINT_NOT_FOUND'] satisfies ErrorCode[]);

function unexplained(execution: Execution): WeftError {
  return new WeftError('INTERNAL', `The TaskManager reported ${execution.executionId} as failed without saying why.`);
}

function canceledUnasked(execution: Execution): WeftError {
  return new WeftError(
    'TASK_CANCELED_UNEXPECTEDLY',
    `Execution ${execution.executionId} was cancelled by its TaskManager although nobody asked for it.`,
  );
}
