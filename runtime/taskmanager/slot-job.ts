/** One attempt of a region of a job in one slot: from its order to the end of its thread. Each of its tasks is told to end once. */
import type { Clock } from '../common/clock.js';
import { toWireError, type WeftError } from '../common/errors/index.js';
import type { Logger } from '../common/log/logger.js';
import type { CheckpointOrder } from '../common/wire/protocols/checkpoints.js';
import type { TaskFindings } from '../common/wire/protocols/task-findings.js';
import type {
  ExecutionState,
  FromReader,
  TaskDescriptor,
  TaskMetrics,
  ToReader,
} from '../common/wire/protocols/taskmanager-jobmanager.js';
import type { CollectedRecords } from '../connectors/index.js';
import type { SlotSetup } from '../exchange/index.js';
import type { ManagedUsage } from '../memory/index.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { JobFiles } from './job-files.js';
import type { SlotMemoryGrant } from './slot/slot-memory.js';
import type { CheckpointEnd, CheckpointReport, StateChange, SubtaskFindings } from './slot/slot-messages.js';
import { TurnPage } from './slot/turn-page.js';
import { TurnWatch, type Block } from './turn-watch.js';
import { TaskMetricsPage } from './slot/task-metrics.js';
import type { SlotRunner, SlotThreadListener } from './slot-thread.js';

/** A thread that has not even taken the order to cancel by then is stuck in user code. */
const CANCEL_ARRIVES_WITHIN_MS = 1000;

export interface TaskChange extends StateChange {
  metrics?: TaskMetrics;
}

/** A task with its job and figures. */
export interface RunningTask {
  jobGraph: JobGraph;
  descriptor: TaskDescriptor;
  metrics: TaskMetrics;
}

export interface SlotJobOptions {
  jobId: string;
  attempt: number;
  slot: number;
  region: number;
  tasks: TaskDescriptor[];
  memory: SlotMemoryGrant;
  clock: Clock;
  log: Logger;
  /** `task.cancellation.timeout`: how long closing may take. */
  cancellationTimeoutMs: number;
  report: (changes: TaskChange[]) => void;
  reportCheckpoint: (report: CheckpointReport) => void;
  /** A source's reader speaks to its enumerator. */
  fromReader: (executionId: string, message: FromReader) => void;
  /** The thread is gone; `finished` if every task ended well. */
  onGone: (how: 'finished' | 'aborted') => void;
}

const TERMINAL: ReadonlySet<ExecutionState> = new Set(['FINISHED', 'CANCELED', 'FAILED']);

export class SlotJob implements SlotThreadListener {
  private readonly metrics: TaskMetricsPage;
  private readonly turns = TurnPage.create();
  private readonly watch: TurnWatch;
  private block: Block | undefined;
  private readonly current = new Map<string, ExecutionState>();
  private readonly found = new Map<string, TaskFindings>();
  private readonly allDone: Promise<void>;
  private resolveAllDone: () => void = () => undefined;
  private thread: SlotRunner | undefined;
  private usage: ManagedUsage | undefined;
  private jobGraph: JobGraph | undefined;
  private cancelled = false;
  private cancelling: Promise<void> | undefined;
  private ending: Promise<void> | undefined;

  constructor(readonly options: SlotJobOptions) {
    this.metrics = TaskMetricsPage.forTasks(options.tasks.length);
    this.watch = new TurnWatch(
      this.turns,
      options.clock,
      () => (this.runs ? this.thread?.loopIdleMs() : undefined),
      (block) => this.warnOfBlock(block),
    );
    for (const { executionId } of options.tasks) this.current.set(executionId, 'DEPLOYING');
    this.allDone = new Promise((resolve) => {
      this.resolveAllDone = resolve;
    });
  }

  get isCancelled(): boolean {
    return this.cancelled;
  }

  /** Whether every task has ended, though the thread may still be there. */
  get isOver(): boolean {
    return [...this.current.values()].every((state) => TERMINAL.has(state));
  }

  /** While tasks are made, the thread may well be busy between turns. */
  private get runs(): boolean {
    return [...this.current.values()].includes('RUNNING');
  }

  figures(): TaskMetrics[] {
    return this.options.tasks.map((_, index) => this.figuresOf(index));
  }

  /** The tasks with their figures; none before they were built. */
  tasks(): RunningTask[] {
    const { jobGraph } = this;
    if (jobGraph === undefined) return [];
    return this.options.tasks.map((descriptor, index) => ({ jobGraph, descriptor, metrics: this.figuresOf(index) }));
  }

  /** Looks whether a task keeps the thread; to be called several times a second. */
  lookForBlock(): void {
    this.block = this.isOver ? undefined : this.watch.look();
  }

  /** @throws what kept the thread from building the tasks */
  async build(thread: SlotRunner, { jobGraph, folder }: JobFiles, network: SlotSetup): Promise<void> {
    this.thread = thread;
    this.jobGraph = jobGraph;
    const { tasks, memory } = this.options;
    await thread.build({ jobGraph, folder, tasks, network, ...this.pages(), memory }, this);
  }

  start(): void {
    this.thread?.start();
  }

  /** These tasks begin a checkpoint. */
  trigger(executionIds: string[], order: CheckpointOrder): void {
    if (!this.cancelled) this.thread?.trigger(executionIds, order);
  }

  checkpointEnded(end: CheckpointEnd): void {
    this.thread?.checkpointEnded(end);
  }

  /** Results that wait for the client, from a position on. */
  async collect(from: number): Promise<CollectedRecords> {
    return (await this.thread?.collect(from)) ?? { records: [], ended: false };
  }

  /** From the enumerator of a source to the reader in one of the tasks. */
  toReader(executionId: string, message: ToReader): void {
    this.thread?.toReader(executionId, message);
  }

  /** Ends the tasks in order if the thread takes the order in time, else by force. Resolves when the thread is gone. */
  cancel(): Promise<void> {
    this.cancelled = true;
    this.cancelling ??= this.cancelThread();
    return this.cancelling;
  }

  /** Throws the thread away. Tasks that have not ended are reported: CANCELED, or FAILED with the error. */
  end(error?: WeftError): Promise<void> {
    this.ending ??= this.endThread(error);
    return this.ending;
  }

  /**
   * The tasks were never built: the one who ordered them is told why, so no state is reported unless they were
   * cancelled.
   */
  async abandon(): Promise<void> {
    if (!this.cancelled) this.current.clear();
    await this.end();
  }

  states(changes: StateChange[]): void {
    const open = changes.filter(({ executionId }) => this.isOpen(executionId));
    if (open.length === 0) return;
    for (const { executionId, state } of open) this.current.set(executionId, state);
    this.options.report(open.map((change) => this.withMetrics(change)));
  }

  checkpoint(report: CheckpointReport): void {
    this.options.reportCheckpoint(report);
  }

  findings(findings: SubtaskFindings[]): void {
    for (const { executionId, findings: its } of findings) this.found.set(executionId, its);
  }

  managedMemory(usage: ManagedUsage): void {
    this.usage = usage;
  }

  /** What of the slot's managed memory was in use lately. */
  get managedUsage(): ManagedUsage | undefined {
    return this.usage;
  }

  fromReader(executionId: string, message: FromReader): void {
    if (this.isOpen(executionId)) this.options.fromReader(executionId, message);
  }

  warning(text: string, detail: Record<string, string>): void {
    const { log, jobId, slot } = this.options;
    log.warn({ ...detail, jobId, slot }, text);
  }

  done(): void {
    this.resolveAllDone();
    if (!this.cancelled) void this.end();
  }

  died(error: WeftError): void {
    if (!this.cancelled) this.options.log.error({ err: error, jobId: this.options.jobId }, 'a slot thread died');
    void this.end(this.cancelled ? undefined : error);
  }

  private pages(): { metrics: SharedArrayBuffer; turns: SharedArrayBuffer } {
    return { metrics: this.metrics.buffer, turns: this.turns.buffer };
  }

  private warnOfBlock(block: Block): void {
    const { log, jobId, slot, tasks } = this.options;
    const names = this.suspects(block).map((index) => {
      const { vertexId, subtask } = tasks[index];
      const vertex = this.jobGraph?.vertices.find(({ id }) => id === vertexId);
      return `"${vertex?.name ?? vertexId} (${subtask + 1}/${vertex?.parallelism ?? 1})"`;
    });
    log.warn(
      { jobId, slot, task: names.join(' or '), blockedMs: Math.round(block.blockedMs) },
      `${names.join(' or ')} has blocked its thread for over a second: its slot does nothing else meanwhile`,
    );
  }

  /** The task that keeps the thread; between turns, those whose code may run then, or all if none is known for it. */
  private suspects({ task }: Block): number[] {
    if (task !== undefined) return [task];
    const all = [...this.options.tasks.keys()];
    const some = all.filter((index) => {
      const { vertexId, executionId } = this.options.tasks[index];
      return this.isOpen(executionId) && this.jobGraph !== undefined && runsBetweenTurns(this.jobGraph, vertexId);
    });
    return some.length > 0 ? some : all;
  }

  private async cancelThread(): Promise<void> {
    const { thread } = this;
    const { log, jobId, slot, cancellationTimeoutMs } = this.options;
    if (thread !== undefined) {
      if (!(await this.within(CANCEL_ARRIVES_WITHIN_MS, thread.cancel()))) {
        log.warn({ jobId, slot }, 'the slot is stuck in user code and is torn down');
      } else if (!(await this.within(cancellationTimeoutMs, this.allDone))) {
        log.warn({ jobId, slot, cancellationTimeoutMs }, 'the tasks do not end and the slot is torn down');
      }
    }
    await this.end();
  }

  /** Whether the promise settled in time, or the thread ended. */
  private within(timeoutMs: number, promise: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancelTimeout = this.options.clock.after(timeoutMs, () => {
        resolve(false);
      });
      const settled = (): void => {
        cancelTimeout();
        resolve(true);
      };
      void promise.then(settled);
      void this.thread?.exited.then(settled);
    });
  }

  private async endThread(error: WeftError | undefined): Promise<void> {
    const { clock, onGone } = this.options;
    await this.thread?.terminate();
    const end: Omit<StateChange, 'executionId'> = {
      state: error === undefined ? 'CANCELED' : 'FAILED',
      timeMs: clock.nowMs(),
      ...(error === undefined ? {} : { error: toWireError(error) }),
    };
    this.states([...this.current.keys()].map((executionId) => ({ executionId, ...end })));
    const states = [...this.current.values()];
    onGone(states.length > 0 && states.every((state) => state === 'FINISHED') ? 'finished' : 'aborted');
  }

  private isOpen(executionId: string): boolean {
    const state = this.current.get(executionId);
    return state !== undefined && !TERMINAL.has(state);
  }

  private withMetrics(change: StateChange): TaskChange {
    if (!TERMINAL.has(change.state)) return change;
    const index = this.options.tasks.findIndex(({ executionId }) => executionId === change.executionId);
    return { ...change, metrics: this.figuresOf(index) };
  }

  private figuresOf(index: number): TaskMetrics {
    const executionId = this.options.tasks[index]?.executionId ?? '';
    const { block } = this;
    const blocked = block !== undefined && this.suspects(block)[0] === index ? { blockedMs: block.blockedMs } : {};
    return { executionId, ...this.metrics.read(index), ...blocked, ...this.found.get(executionId) };
  }
}

/** Whether code of the vertex is called by the event loop: source functions, and what asynchronous functions await. */
function runsBetweenTurns({ vertices, streamNodes }: JobGraph, vertexId: string): boolean {
  const nodes = vertices.find(({ id }) => id === vertexId)?.nodes ?? [];
  return streamNodes.some(
    ({ id, pact, operatorType }) => nodes.includes(id) && (pact === 'Data Source' || operatorType === 'asyncWait'),
  );
}
