/** A simulated process: it has a clock of its own, can be killed and stopped, and takes with it whatever it was doing. */
import type { Clock } from '../../../runtime/common/clock.js';
import type { Host } from './host.js';
import { EPOCH_MS, type Kernel } from './kernel.js';

export interface ProcessEnd {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
}

export class SimProcess {
  isAlive = true;
  isPaused = false;
  readonly clock: Clock;
  private readonly held: { run: () => void; label: string | undefined }[] = [];
  private readonly endListeners: ((end: ProcessEnd) => void)[] = [];
  /** What it does on SIGTERM; undefined: it ends at once. */
  onTerminate: (() => void) | undefined;

  constructor(
    readonly kernel: Kernel,
    readonly host: Host,
    readonly name: string,
    readonly pid: number,
  ) {
    const startMs = kernel.nowMs;
    this.clock = {
      nowMs: () => Math.floor(EPOCH_MS + kernel.nowMs + host.clockOffsetMs),
      monotonicMs: () => kernel.nowMs - startMs,
      after: (delayMs, callback) => kernel.after(delayMs, this, undefined, callback),
      every: (periodMs, callback) => this.every(periodMs, callback),
    };
  }

  /** Called when it ends, not in it: by whoever watches it from outside. */
  onEnd(listener: (end: ProcessEnd) => void): void {
    this.endListeners.push(listener);
  }

  exit(exitCode: number): void {
    this.end({ exitCode });
  }

  signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGTERM' && this.onTerminate !== undefined) {
      const terminate = this.onTerminate;
      this.kernel.after(0, this, `${this.name} is told to end`, terminate);
    } else this.end({ signal });
  }

  private end(end: ProcessEnd): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.kernel.note(`${this.name} ends (${end.signal ?? end.exitCode ?? '?'})`);
    this.host.processes.delete(this);
    for (const listener of this.endListeners) listener(end);
  }

  /** It stands still (SIGSTOP, a slow disk, a machine without memory) and goes on as if nothing had been. */
  pause(forMs: number): void {
    if (this.isPaused || !this.isAlive) return;
    this.isPaused = true;
    this.kernel.after(forMs, undefined, undefined, () => {
      this.isPaused = false;
      for (const { run, label } of this.held.splice(0)) this.kernel.after(0, this, label, run);
    });
  }

  hold(run: () => void, label: string | undefined): void {
    this.held.push({ run, label });
  }

  private every(periodMs: number, callback: () => void): () => void {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = this.kernel.after(periodMs, this, undefined, () => {
        again();
        callback();
      });
    };
    again();
    return () => {
      cancel();
    };
  }
}
