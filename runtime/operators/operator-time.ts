/** How far an operator has come in event time. */
import { MAX_WATERMARK, MIN_WATERMARK } from '../functions/index.js';
import type { TimeTaker } from '../time/index.js';

/**
 * What takes the watermarks of an operator's input, as the chain's edges bring them: who listens acts and emits first, then the
 * watermark goes on to the next operators. An operator that makes watermarks of its own, or keeps them back, puts another
 * `TimeTaker` in its place (`OperatorContext.time`).
 */
export class OperatorTime implements TimeTaker {
  /** The last watermark. */
  watermarkMs = MIN_WATERMARK;
  private readonly listeners: ((watermarkMs: number) => void)[] = [];

  /** @param out who takes the operator's own watermarks */
  constructor(private readonly out: TimeTaker) {}

  /** Called with each watermark before it goes on, in the order of registration. */
  onAdvance(listener: (watermarkMs: number) => void): void {
    this.listeners.push(listener);
  }

  onWatermark(watermarkMs: number): void {
    this.watermarkMs = watermarkMs;
    for (const listener of this.listeners) listener(watermarkMs);
    this.out.onWatermark(watermarkMs);
  }

  /**
   * Batch: the records of a key have ended. For the key event time does, so that its timers fire; then it begins anew for the
   * next one. Nobody else hears of it.
   */
  endKey(): void {
    for (const watermarkMs of [MAX_WATERMARK, MIN_WATERMARK]) {
      this.watermarkMs = watermarkMs;
      for (const listener of this.listeners) listener(watermarkMs);
    }
  }

  onIdle(idle: boolean): void {
    this.out.onIdle(idle);
  }
}

/** Several who take the same watermarks. */
export function timeFork(takers: readonly TimeTaker[]): TimeTaker {
  if (takers.length === 1) return takers[0];
  return {
    onWatermark(watermarkMs) {
      for (const taker of takers) taker.onWatermark(watermarkMs);
    },
    onIdle(idle) {
      for (const taker of takers) taker.onIdle(idle);
    },
  };
}
