/** The resident memory of one container over the last minute, and the verdict on it. Pure. */

const MB = 1024 * 1024;
const SAMPLES = 60;
/** Columns of the curve that a message shows. */
const SHOWN = 12;
/** One sample a little over may be garbage that is about to be collected; this much over is not waited for. */
const AT_ONCE_FACTOR = 1.5;

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
    if (this.samples.length > SAMPLES) this.samples.shift();
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

  /** `412 MB of 256 MB …; MB in the last 8 s: 60 80 …`. */
  describe(): string {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined) return 'no samples';
    const step = Math.max(1, Math.ceil(this.samples.length / SHOWN));
    const shown = this.samples.filter((_, index) => (this.samples.length - 1 - index) % step === 0);
    const curve = shown.map((sample) => toMb(sample.bytes)).join(' ');
    const seconds = Math.round((last.timeMs - first.timeMs) / 1000);
    return (
      `The processes of the container use ${toMb(last.bytes)} MB of resident memory and were given ` +
      `${toMb(this.limitBytes)} MB. MB over the last ${seconds} s: ${curve}.`
    );
  }
}

function toMb(bytes: number): number {
  return Math.round(bytes / MB);
}
