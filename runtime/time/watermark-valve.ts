/**
 * Merges the watermarks of several inputs by their minimum: the channels of a gate, the splits of a source, the two inputs of an
 * operator. The rules are those of Flink's StatusWatermarkValve:
 *
 * - an idle input does not hold the others back, and its watermarks are ignored;
 * - an input that comes back behind what was emitted already does not count until it has caught up;
 * - when all are idle, what any of them had reached is emitted, and then that there is nothing;
 * - watermarks never go back, and equal ones are not repeated.
 */
import { MAX_WATERMARK, MIN_WATERMARK } from '../functions/index.js';

/** Takes how far a stream has come. */
export interface TimeTaker {
  /** No record with a timestamp up to this, epoch milliseconds, will follow. Only ever larger than before. */
  onWatermark(watermarkMs: number): void;
  /** `true`: nothing comes at the moment, do not wait for this input. Only ever changes. */
  onIdle(idle: boolean): void;
}

interface Input {
  watermarkMs: number;
  idle: boolean;
  /** Whether the input counts for the minimum. */
  aligned: boolean;
  /** Since when the watermark stands, monotonic milliseconds. */
  sinceMs: number;
}

export class WatermarkValve {
  private readonly inputs: Input[];
  private emittedMs = MIN_WATERMARK;
  private emittedIdle = false;

  /** @param monotonicMs for how long an input has held the watermark back */
  constructor(
    count: number,
    private readonly out: TimeTaker,
    private readonly monotonicMs: () => number = () => 0,
  ) {
    const sinceMs = monotonicMs();
    this.inputs = Array.from({ length: count }, () => newInput(sinceMs));
  }

  /** The last watermark that was handed on. */
  get watermarkMs(): number {
    return this.emittedMs;
  }

  get idle(): boolean {
    return this.emittedIdle;
  }

  /** What the input has reached. */
  watermarkOf(input: number): number {
    return this.inputs[input].watermarkMs;
  }

  /** Another input, which holds the others back until it has come as far. @returns its number */
  addInput(): number {
    this.inputs.push(newInput(this.monotonicMs()));
    if (this.emittedIdle) this.setIdle(false);
    return this.inputs.length - 1;
  }

  onWatermark(input: number, watermarkMs: number): void {
    const state = this.inputs[input];
    if (state.idle || !(watermarkMs > state.watermarkMs)) return;
    state.watermarkMs = watermarkMs;
    state.sinceMs = this.monotonicMs();
    if (!state.aligned && watermarkMs >= this.emittedMs) state.aligned = true;
    this.emitMinimum();
  }

  onIdle(input: number, idle: boolean): void {
    const state = this.inputs[input];
    if (state.idle === idle) return;
    state.idle = idle;
    if (!idle) {
      state.aligned = state.watermarkMs >= this.emittedMs;
      state.sinceMs = this.monotonicMs();
      this.setIdle(false);
      return;
    }
    state.aligned = false;
    if (this.inputs.some((other) => !other.idle)) {
      this.emitMinimum();
      return;
    }
    // The last active one may have held back what the others had reached.
    if (state.watermarkMs === this.emittedMs) this.emit(Math.max(...this.inputs.map((each) => each.watermarkMs)));
    this.setIdle(true);
  }

  /** The input is over and never counts again; the watermark stays if it was the last one. */
  remove(input: number): void {
    const state = this.inputs[input];
    state.idle = true;
    state.aligned = false;
    if (this.inputs.some((other) => other.aligned)) this.emitMinimum();
  }

  /** The input that holds the watermark back, and since when; undefined when none does. */
  holder(): { input: number; watermarkMs: number; sinceMs: number } | undefined {
    let holder: { input: number; watermarkMs: number; sinceMs: number } | undefined;
    for (const [input, { aligned, watermarkMs, sinceMs }] of this.inputs.entries()) {
      if (!aligned || watermarkMs === MAX_WATERMARK) continue;
      if (holder === undefined || watermarkMs < holder.watermarkMs) holder = { input, watermarkMs, sinceMs };
    }
    return holder;
  }

  /** Whether an input that counts has come further than this. */
  othersAhead(watermarkMs: number): boolean {
    return this.inputs.some((input) => input.aligned && input.watermarkMs > watermarkMs);
  }

  private emitMinimum(): void {
    let minimum = Infinity;
    for (const { aligned, watermarkMs } of this.inputs) if (aligned && watermarkMs < minimum) minimum = watermarkMs;
    if (minimum !== Infinity) this.emit(minimum);
  }

  private emit(watermarkMs: number): void {
    if (watermarkMs <= this.emittedMs) return;
    this.emittedMs = watermarkMs;
    this.out.onWatermark(watermarkMs);
  }

  private setIdle(idle: boolean): void {
    if (this.emittedIdle === idle) return;
    this.emittedIdle = idle;
    this.out.onIdle(idle);
  }
}

function newInput(sinceMs: number): Input {
  return { watermarkMs: MIN_WATERMARK, idle: false, aligned: true, sinceMs };
}
