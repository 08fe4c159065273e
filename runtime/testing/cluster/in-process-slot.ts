/**
 * Runs the tasks of a slot in the test's own thread, so that their functions share variables with the test. Everything but
 * the thread is as in a slot thread: tasks, channels, loop and reports.
 */
import { threadId } from 'node:worker_threads';
import { systemClock } from '../../common/clock.js';
import { asWeftError } from '../../common/errors/index.js';
import { FeedbackQueues, type ResultBuffer } from '../../connectors/index.js';
import { createSlotNetwork, type SlotNetwork } from '../../exchange/index.js';
import type { StreamGraph } from '../../graph/stream-graph.js';
import type { SlotRunner, SlotThreadListener } from '../../taskmanager/slot-thread.js';
import { EnumeratorLinks } from '../../taskmanager/slot/enumerator-links.js';
import { buildTask } from '../../taskmanager/slot/build-task.js';
import { randomSource } from '../../taskmanager/slot/random-source.js';
import { runSlotLoop } from '../../taskmanager/slot/slot-loop.js';
import type { CheckpointReport, StateChange } from '../../taskmanager/slot/slot-messages.js';
import type { SlotTask } from '../../taskmanager/slot/slot-task.js';
import { SlotMemory } from '../../taskmanager/slot/slot-memory.js';
import { TurnPage } from '../../taskmanager/slot/turn-page.js';
import { TaskMetricsPage } from '../../taskmanager/slot/task-metrics.js';

/** Keeps the process alive while tasks run: what they sleep on does not. */
const STAY_ALIVE_MS = 1000;

export class InProcessSlot implements SlotRunner {
  readonly threadId = threadId;
  readonly exited: Promise<void>;
  private resolveExited: () => void = () => undefined;
  private tasks: readonly SlotTask[] = [];
  private network: SlotNetwork | undefined;
  private metrics: TaskMetricsPage | undefined;
  private listener: SlotThreadListener | undefined;
  private results: ResultBuffer | undefined;
  private readonly links = new EnumeratorLinks((executionId, message) => {
    this.listener?.fromReader(executionId, message);
  });

  /** @param describe makes a job's graph anew, with functions of its own */
  constructor(private readonly describe: (jobId: string) => Promise<StreamGraph>) {
    this.exited = new Promise((resolve) => {
      this.resolveExited = resolve;
    });
  }

  async build(order: Parameters<SlotRunner['build']>[0], listener: SlotThreadListener): Promise<void> {
    const { jobGraph, folder, tasks, metrics } = order;
    this.listener = listener;
    const streamGraph = await this.describe(jobGraph.jobId);
    const vertexIds = tasks.map(({ vertexId }) => vertexId);
    const memory = new SlotMemory(order.memory, jobGraph, vertexIds);
    const network = createSlotNetwork(order.network, memory.reserveCache);
    const program = {
      ...{ jobGraph, streamGraph, folder, network, memory, clock: systemClock },
      feedback: new FeedbackQueues(),
      onResults: (results: ResultBuffer) => {
        this.results = results;
      },
      linkOf: (executionId: string) => this.links.of(executionId),
      random: randomSource(),
      mapStack: (error: Error) => error.stack,
      report: (change: StateChange) => this.report(change),
      warn: (text: string, detail: Record<string, string>) => listener.warning(text, detail),
      reportCheckpoint: (report: CheckpointReport) => listener.checkpoint(report),
    };
    this.network = network;
    this.metrics = new TaskMetricsPage(metrics);
    this.tasks = tasks.map((task) => buildTask(program, task));
  }

  start(): void {
    const { network, tasks } = this;
    if (network === undefined) return;
    for (const task of tasks) void task.start();
    const letGo = systemClock.every(STAY_ALIVE_MS, () => undefined);
    void runSlotLoop({ tasks, doorbell: network.doorbell, clock: systemClock, turns: TurnPage.create() })
      .catch((error: unknown) => this.listener?.died(asWeftError(error)))
      .finally(() => {
        letGo();
        this.listener?.done();
      });
  }

  trigger(...[executionIds, order]: Parameters<SlotRunner['trigger']>): void {
    for (const task of this.tasks) if (executionIds.includes(task.executionId)) task.triggerCheckpoint(order);
  }

  checkpointEnded(end: Parameters<SlotRunner['checkpointEnded']>[0]): void {
    for (const task of this.tasks) void task.checkpointEnded(end);
  }

  toReader(...[executionId, message]: Parameters<SlotRunner['toReader']>): void {
    this.links.deliver(executionId, message);
  }

  async collect(from: number): ReturnType<SlotRunner['collect']> {
    return (await this.results?.take(from)) ?? { records: [], ended: false };
  }

  async cancel(): Promise<void> {
    await this.cancelTasks();
  }

  /** Not known: who would ask is in the same thread. */
  loopIdleMs(): undefined {}

  /** Unlike a thread, the tasks cannot be torn down: they are cancelled, and not waited for. */
  terminate(): Promise<void> {
    this.listener = undefined;
    void this.cancelTasks();
    this.resolveExited();
    return Promise.resolve();
  }

  private async cancelTasks(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.cancel()));
  }

  private report(change: StateChange): void {
    this.writeMetrics();
    this.listener?.states([change]);
    if (change.state === 'FAILED') void this.cancelTasks();
  }

  private writeMetrics(): void {
    this.tasks.forEach((task, index) => this.metrics?.write(index, task.figures()));
    this.listener?.findings(this.tasks.map((task) => ({ executionId: task.executionId, findings: task.findings() })));
  }
}
