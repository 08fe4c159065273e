/** The main thread's end of one slot thread: starts it, passes orders and answers, and tells how it died. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { ENV } from '../common/environment.js';
import { WeftError, fromWireError } from '../common/errors/index.js';
import type { CheckpointOrder } from '../common/wire/protocols/checkpoints.js';
import type { FromReader, ToReader } from '../common/wire/protocols/taskmanager-jobmanager.js';
import type { CollectedRecords } from '../connectors/index.js';
import type { ManagedUsage } from '../memory/index.js';
import type { SlotHeapLimits } from './memory-plan.js';
import type {
  BuildTasks,
  CheckpointEnd,
  CheckpointReport,
  FromSlot,
  StateChange,
  SubtaskFindings,
} from './slot/slot-messages.js';

/** Secrets of the TaskManager, which a job's code has no business with. */
const HIDDEN_VARIABLES: readonly string[] = [
  ENV.applicationKey,
  ENV.applicationToken,
  ENV.attemptToken,
  ENV.livenessToken,
  ENV.configuration,
];

const NOTHING_COLLECTED: CollectedRecords = { records: [], ended: false };

export interface SlotThreadListener {
  states(changes: StateChange[]): void;
  checkpoint(report: CheckpointReport): void;
  /** Comes before the state in which a task ends. */
  findings(findings: SubtaskFindings[]): void;
  managedMemory(usage: ManagedUsage): void;
  /** A source's reader speaks to its enumerator. */
  fromReader(executionId: string, message: FromReader): void;
  warning(text: string, detail: Record<string, string>): void;
  /** Every task has ended. */
  done(): void;
  /** The thread is gone before its tasks were. */
  died(error: WeftError): void;
}

/** What a slot's tasks run in: a thread, or (in the test kit) the process's own. */
export type SlotRunner = { [Member in keyof SlotThread]: SlotThread[Member] };

export class SlotThread {
  private readonly worker: Worker;
  private listener: SlotThreadListener | undefined;
  private building: { resolve: () => void; reject: (error: Error) => void } | undefined;
  /** Questions for results that the thread has not answered. */
  private readonly asking = new Map<number, (collected: CollectedRecords) => void>();
  private questions = 0;
  private onCancelling: (() => void) | undefined;
  private death: WeftError | undefined;
  /** Its number in the process, as profilers and Node itself show it. */
  readonly threadId: number;
  /** Resolves when the thread is gone. */
  readonly exited: Promise<void>;

  /** Starts the thread; it loads the engine at once, so that a job finds it ready. */
  constructor(limits: SlotHeapLimits, describeMemory: string) {
    this.worker = new Worker(slotWorkerUrl(), {
      name: 'weft-slot',
      resourceLimits: limits,
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !HIDDEN_VARIABLES.includes(name))),
    });
    this.threadId = this.worker.threadId;
    this.worker.unref();
    this.worker.on('message', (message: FromSlot) => {
      this.receive(message);
    });
    this.worker.on('error', (error) => {
      this.death ??= deathBy(error, describeMemory);
    });
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.gone(code);
        resolve();
      });
    });
  }

  /** Resolves when the thread has built the tasks. @throws what went wrong, the thread's death included */
  build(order: Omit<BuildTasks, 'type'>, listener: SlotThreadListener): Promise<void> {
    this.worker.ref();
    this.listener = listener;
    return new Promise((resolve, reject) => {
      this.building = { resolve, reject };
      if (this.death === undefined) this.worker.postMessage({ type: 'build', ...order });
      else this.builtOrNot(this.death);
    });
  }

  start(): void {
    this.worker.postMessage({ type: 'start' });
  }

  /** These tasks begin a checkpoint. */
  trigger(executionIds: string[], order: CheckpointOrder): void {
    this.worker.postMessage({ type: 'trigger', executionIds, order });
  }

  checkpointEnded(end: CheckpointEnd): void {
    this.worker.postMessage({ type: 'checkpointEnded', end });
  }

  /** Results that wait for the client; none, and not the end, from a thread that ends meanwhile. */
  collect(from: number): Promise<CollectedRecords> {
    if (this.death !== undefined) return Promise.resolve(NOTHING_COLLECTED);
    return new Promise((resolve) => {
      const question = ++this.questions;
      this.asking.set(question, resolve);
      this.worker.postMessage({ type: 'collect', question, from });
    });
  }

  /** From the enumerator of a source to its reader. */
  toReader(executionId: string, message: ToReader): void {
    this.worker.postMessage({ type: 'toReader', executionId, message });
  }

  /** Resolves when the order has arrived; never, if the thread is stuck in user code. */
  cancel(): Promise<void> {
    const arrived = new Promise<void>((resolve) => {
      this.onCancelling = resolve;
    });
    this.worker.postMessage({ type: 'cancel' });
    return arrived;
  }

  /** How long its event loop has waited for something to do in all, milliseconds; it can be asked while the thread is blocked. */
  loopIdleMs(): number | undefined {
    return this.worker.performance.eventLoopUtilization().idle;
  }

  /** Ends the thread, whatever it is at. */
  async terminate(): Promise<void> {
    this.listener = undefined;
    this.builtOrNot(new WeftError('TASK_THREAD_DIED', 'The slot thread was ended.'));
    await this.worker.terminate();
  }

  private receive(message: FromSlot): void {
    switch (message.type) {
      case 'built':
        this.builtOrNot();
        return;
      case 'buildFailed':
        this.builtOrNot(fromWireError(message.error));
        return;
      case 'states':
        this.listener?.states(message.changes);
        return;
      case 'checkpoint':
        this.listener?.checkpoint(message.report);
        return;
      case 'collected':
        this.asking.get(message.question)?.(message.collected);
        this.asking.delete(message.question);
        return;
      case 'findings':
        this.listener?.findings(message.findings);
        return;
      case 'managedMemory':
        this.listener?.managedMemory(message.usage);
        return;
      case 'fromReader':
        this.listener?.fromReader(message.executionId, message.message);
        return;
      case 'warning':
        this.listener?.warning(message.text, message.detail);
        return;
      case 'cancelling':
        this.onCancelling?.();
        return;
      case 'done':
        this.listener?.done();
    }
  }

  private builtOrNot(error?: Error): void {
    const { building } = this;
    this.building = undefined;
    if (error === undefined) building?.resolve();
    else building?.reject(error);
  }

  private gone(code: number): void {
    this.death ??= new WeftError('TASK_THREAD_DIED', `The slot thread ended by itself with exit code ${code}.`);
    const { listener } = this;
    this.listener = undefined;
    this.builtOrNot(this.death);
    for (const answer of this.asking.values()) answer(NOTHING_COLLECTED);
    listener?.died(this.death);
  }
}

function deathBy(error: Error, describeMemory: string): WeftError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new WeftError('TASK_OUT_OF_MEMORY', `The slot's share of the heap is used up: ${describeMemory}.`, {
      cause: error,
    });
  }
  return new WeftError('TASK_THREAD_DIED', `The slot thread died: ${error.message}`, { cause: error });
}

/** Beside this module: as compiled by tsc, in the folder of role bundles, or reached from the commands' folder. */
function slotWorkerUrl(): URL {
  const places = ['./slot-worker.js', './slot-worker.mjs', '../roles/slot-worker.mjs'];
  const urls = places.map((place) => new URL(place, import.meta.url));
  const found = urls.find((url) => existsSync(url));
  if (found === undefined) throw new WeftError('INTERNAL', `There is no slot-worker beside ${import.meta.url}.`);
  return found;
}
