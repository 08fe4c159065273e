/** The resident memory of one container over the last minute, and the verdict on it. Pure. */
import type { MemoryReport } from '../../runtime/common/wire/protocols/exit-reason.js';

const MB = 1024 * 1024;
const KEPT_MS = 60_000;
/** However often one looks. */
const MAX_SAMPLES = 120;
/** One sample a little over may be garbage that is about to be collected; this much over is not waited for. */
export const AT_ONCE_FACTOR = 1.5;

interface Sample {
  readonly timeMs: number;
  readonly bytes: number;
}

export class MemoryCurve {
  private readonly samples: Sample[] = [];

  /** @param limitBytes what the container was given */
  constructor(readonly limitBytes: number) {}

  add(timeMs: number, bytes: number): void {
    this.samples.push({ timeMs, bytes });
    while (this.samples.length > MAX_SAMPLES || timeMs - (this.samples[0]?.timeMs ?? timeMs) > KEPT_MS) {
      this.samples.shift();
    }
  }

  get latestBytes(): number {
    return this.samples.at(-1)?.bytes ?? 0;
  }

  /** Over the limit in two samples in a row, or half as much again over it in one. */
  get exceeded(): boolean {
    const [previous, latest] = [this.samples.at(-2)?.bytes ?? 0, this.latestBytes];
    if (latest > this.limitBytes * AT_ONCE_FACTOR) return true;
    return latest > this.limitBytes && previous > this.limitBytes;
  }

  report(): MemoryReport {
    const nowMs = this.samples.at(-1)?.timeMs ?? 0;
    return {
      limitMb: toMb(this.limitBytes),
      usedMb: toMb(this.latestBytes),
      curve: this.samples.map(({ timeMs, bytes }) => ({
        secondsAgo: Math.round((nowMs - timeMs) / 1000),
        mb: toMb(bytes),
      })),
    };
  }
}

function toMb(bytes: number): number {
  return Math.round(bytes / MB);
}
