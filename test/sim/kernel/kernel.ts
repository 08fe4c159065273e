/**
 * The heart of the simulator: one queue of events on one simulated time. Everything that happens (a timer, a message, the end
 * of a process, a fault) is an event; after each one all promises settle before the next begins, so the order of everything
 * follows from the seed alone. It knows processes, but nothing of what runs in them.
 */
import { EventQueue, type Timed } from './event-queue.js';
import type { Random } from './random.js';
import type { SimProcess } from './process.js';
import type { Trace } from './trace.js';

interface SimEvent extends Timed {
  /** In whom it happens; it does not if that process has ended, and waits while it is paused. */
  readonly process: SimProcess | undefined;
  readonly label: string | undefined;
  readonly run: () => void;
}

/** Simulated runs begin here, epoch milliseconds. */
export const EPOCH_MS = 1_700_000_000_000;

export class Kernel {
  /** Since the beginning, milliseconds. */
  nowMs = 0;
  /** Events that happened. */
  events = 0;
  private readonly queue = new EventQueue<SimEvent>();
  private announced = 0;
  private failure: unknown;

  constructor(
    readonly random: Random,
    readonly trace: Trace,
  ) {}

  /** @param label for the trace; left out for what is no news. The returned function cancels it. */
  after(delayMs: number, process: SimProcess | undefined, label: string | undefined, run: () => void): () => void {
    const event: SimEvent = {
      atMs: this.nowMs + Math.max(0, delayMs),
      order: this.announced++,
      isCancelled: false,
      process,
      label,
      run,
    };
    this.queue.push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  note(what: string): void {
    this.trace.add(`${(this.nowMs / 1000).toFixed(3)} ${what}`);
  }

  /** Lets simulated time pass. @param check called after each event; what it throws ends the run */
  async run(untilMs: number, check: () => void): Promise<void> {
    for (;;) {
      const event = this.queue.pop();
      if (event === undefined || event.atMs > untilMs) {
        if (event !== undefined) this.queue.push(event);
        this.nowMs = untilMs;
        return;
      }
      this.nowMs = event.atMs;
      const { process } = event;
      if (process !== undefined && !process.isAlive) continue;
      if (process !== undefined && process.isPaused) {
        process.hold(event.run, event.label);
        continue;
      }
      this.events++;
      if (event.label !== undefined) this.note(event.label);
      try {
        event.run();
      } catch (error) {
        this.fail(error);
      }
      await settled();
      if (this.failure !== undefined) throw this.failure as Error;
      check();
    }
  }

  /** Something happened that must not: the run ends after the present event. */
  fail(error: unknown): void {
    this.failure ??= error;
  }
}

/** Resolves when all promises that can settle have. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
