/**
 * The only source of time. Cores get it injected, so that a test or a simulation moves time by hand;
 * lint forbids `Date.now`, `setTimeout` and their kin outside this file.
 */
export interface Clock {
  /** Wall time, epoch milliseconds. */
  nowMs(): number;
  /** Time that never goes back, milliseconds with fractions, from an arbitrary origin. */
  monotonicMs(): number;
  /** Calls back once after the delay. The returned function cancels it; cancelling twice is harmless. */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls back again and again until the returned function is called. */
  every(periodMs: number, callback: () => void): () => void;
}

// Taken before any program can replace them: while a program is recorded, its readings count and Weft's own do not.
const realNow = Date.now.bind(Date);
const realMonotonic = performance.now.bind(performance);

export const systemClock: Clock = {
  nowMs: () => realNow(),
  monotonicMs: () => realMonotonic(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  every(periodMs, callback) {
    const timer = setInterval(callback, periodMs);
    return () => clearInterval(timer);
  },
};

/** Resolves after the delay on this clock. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

interface ManualTimer {
  atMs: number;
  order: number;
  periodMs: number | undefined;
  callback: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in order of time, then of registration. */
export class ManualClock implements Clock {
  private currentMs: number;
  private readonly timers = new Set<ManualTimer>();
  private registrations = 0;

  constructor(startMs = 0) {
    this.currentMs = startMs;
  }

  nowMs(): number {
    return this.currentMs;
  }

  monotonicMs(): number {
    return this.currentMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.register(delayMs, undefined, callback);
  }

  every(periodMs: number, callback: () => void): () => void {
    return this.register(periodMs, periodMs, callback);
  }

  /** Moves time on, firing what falls due on the way. */
  advance(byMs: number): void {
    const targetMs = this.currentMs + byMs;
    for (let next = this.nextDue(targetMs); next !== undefined; next = this.nextDue(targetMs)) {
      this.currentMs = next.atMs;
      if (next.periodMs === undefined) this.timers.delete(next);
      else next.atMs += next.periodMs;
      next.callback();
    }
    this.currentMs = targetMs;
  }

  private register(delayMs: number, periodMs: number | undefined, callback: () => void): () => void {
    const timer = { atMs: this.currentMs + Math.max(0, delayMs), order: this.registrations++, periodMs, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  private nextDue(limitMs: number): ManualTimer | undefined {
    let first: ManualTimer | undefined;
    for (const timer of this.timers) {
      if (timer.atMs > limitMs) continue;
      if (first === undefined || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}
