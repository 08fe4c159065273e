/** A slot thread's life: orders from the TaskManager's main thread in, states of its tasks out. */
import { inspect } from 'node:util';
import type { MessagePort } from 'node:worker_threads';
// Not the folder's index: it would bring the bundler into every slot thread.
import { replayProgram } from '../../bundle/replay.js';
import { mapUserStack } from '../../bundle/source-mapping.js';
import type { Clock } from '../../common/clock.js';
import { WeftError, toWireError } from '../../common/errors/index.js';
import { FeedbackQueues, type ResultBuffer } from '../../connectors/index.js';
import { createSlotNetwork, type SlotNetwork } from '../../exchange/index.js';
import { buildTask } from './build-task.js';
import { EnumeratorLinks } from './enumerator-links.js';
import { randomSource } from './random-source.js';
import { runSlotLoop } from './slot-loop.js';
import type { BuildTasks, CheckpointReport, FromSlot, StateChange, ToSlot } from './slot-messages.js';
import { SlotMemory } from './slot-memory.js';
import type { SlotTask } from './slot-task.js';
import { TaskMetricsPage } from './task-metrics.js';
import { TurnPage } from './turn-page.js';

/** How often figures are written for the main thread. */
const METRICS_EVERY_MS = 500;

interface RunningSlot {
  tasks: SlotTask[];
  network: SlotNetwork;
  metrics: TaskMetricsPage;
  turns: TurnPage;
  folder: string;
  memory: SlotMemory;
}

export class SlotThreadMain {
  private slot: RunningSlot | undefined;
  private started = false;
  private results: ResultBuffer | undefined;
  private readonly links = new EnumeratorLinks((executionId, message) => {
    this.post({ type: 'fromReader', executionId, message });
  });

  constructor(
    private readonly port: MessagePort,
    private readonly clock: Clock,
  ) {}

  listen(): void {
    this.port.on('message', (message: ToSlot) => {
      this.obey(message);
    });
    process.on('uncaughtException', (error) => this.uncaught(error));
    process.on('unhandledRejection', (error) => this.uncaught(error));
  }

  private obey(message: ToSlot): void {
    switch (message.type) {
      case 'build':
        void this.build(message);
        return;
      case 'start':
        this.start();
        return;
      case 'collect':
        void this.collect(message.question, message.from);
        return;
      case 'trigger':
        for (const task of this.slot?.tasks ?? []) {
          if (message.executionIds.includes(task.executionId)) task.triggerCheckpoint(message.order);
        }
        return;
      case 'checkpointEnded':
        for (const task of this.slot?.tasks ?? []) void task.checkpointEnded(message.end);
        return;
      case 'toReader':
        this.links.deliver(message.executionId, message.message);
        return;
      case 'cancel':
        this.post({ type: 'cancelling' });
        void this.cancelAll().then(() => {
          if (!this.started) this.post({ type: 'done' });
        });
    }
  }

  private async collect(question: number, from: number): Promise<void> {
    const collected = (await this.results?.take(from)) ?? { records: [], ended: false };
    this.post({ type: 'collected', question, collected });
  }

  private async build({
    jobGraph,
    folder,
    tasks,
    network: setup,
    metrics,
    turns,
    memory: grant,
  }: BuildTasks): Promise<void> {
    try {
      const streamGraph = await replayProgram({ folder, jobGraph });
      const vertexIds = tasks.map(({ vertexId }) => vertexId);
      const memory = new SlotMemory(grant, jobGraph, vertexIds);
      const network = createSlotNetwork(setup, memory.reserveCache);
      const program = {
        ...{ jobGraph, streamGraph, folder, network, memory, clock: this.clock },
        feedback: new FeedbackQueues(),
        onResults: (results: ResultBuffer) => {
          this.results = results;
        },
        linkOf: (executionId: string) => this.links.of(executionId),
        random: randomSource(),
        mapStack: (error: Error) => mapUserStack(error, folder),
        report: (change: StateChange) => this.report(change),
        warn: (text: string, detail: Record<string, string>) => this.warn(text, detail),
        reportCheckpoint: (report: CheckpointReport) => this.post({ type: 'checkpoint', report }),
      };
      const built = tasks.map((task) => buildTask(program, task));
      const pages = { metrics: new TaskMetricsPage(metrics), turns: new TurnPage(turns) };
      this.slot = { tasks: built, network, ...pages, folder, memory };
      this.post({ type: 'built' });
    } catch (error) {
      this.post({ type: 'buildFailed', error: toWireError(error) });
    }
  }

  private start(): void {
    const { slot } = this;
    if (slot === undefined || this.started) return;
    this.started = true;
    for (const task of slot.tasks) void task.start();
    const stopMetrics = this.clock.every(METRICS_EVERY_MS, () => this.writeMetrics(slot));
    runSlotLoop({ tasks: slot.tasks, doorbell: slot.network.doorbell, clock: this.clock, turns: slot.turns }).then(
      () => {
        stopMetrics();
        this.post({ type: 'done' });
      },
      (error: unknown) => this.uncaught(error),
    );
  }

  private report(change: StateChange): void {
    if (this.slot !== undefined) this.writeMetrics(this.slot);
    this.post({ type: 'states', changes: [change] });
    // What failed once will not end well: the slot's other tasks need not go on until the JobManager says so.
    if (change.state === 'FAILED') void this.cancelAll();
  }

  private async cancelAll(): Promise<void> {
    const tasks = this.slot?.tasks ?? [];
    await Promise.all(tasks.map((task) => task.cancel()));
  }

  /**
   * User code threw where no task called it. Which task it belongs to cannot be told, so the first one fails for all.
   */
  private uncaught(error: unknown): void {
    const { slot } = this;
    const task = slot?.tasks.find(({ over }) => !over);
    if (slot === undefined || task === undefined) {
      this.warn('an error outside of any task', { error: inspect(error) });
      return;
    }
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const failure = new WeftError('TASK_UNCAUGHT_ERROR', `Outside of any operator: ${message}`, { cause: error });
    if (error instanceof Error) error.stack = failure.stack = mapUserStack(error, slot.folder);
    void task.fail(error instanceof WeftError ? error : failure);
  }

  private writeMetrics({ tasks, metrics, memory }: RunningSlot): void {
    tasks.forEach((task, index) => metrics.write(index, task.figures()));
    const findings = tasks.map((task) => ({ executionId: task.executionId, findings: task.findings() }));
    this.post({ type: 'findings', findings });
    this.post({ type: 'managedMemory', usage: memory.usage() });
  }

  private warn(text: string, detail: Record<string, string>): void {
    this.post({ type: 'warning', text, detail });
  }

  private post(message: FromSlot): void {
    this.port.postMessage(message);
  }
}
