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
  private readonly keyEnds: (() => void)[] = [];

  /** @param out who takes the operator's own watermarks */
  constructor(private readonly out: TimeTaker) {}

  /** Called with each watermark before it goes on, in the order of registration. */
  onAdvance(listener: (watermarkMs: number) => void): void {
    this.listeners.push(listener);
  }

  /** Batch: called when the records of a key have ended and its timers in event time have fired. */
  onKeyEnd(listener: () => void): void {
    this.keyEnds.push(listener);
  }

  onWatermark(watermarkMs: number): void {
    this.advance(watermarkMs);
    this.out.onWatermark(watermarkMs);
  }

  /**
   * Batch: the records of a key have ended. For the key time does, so that its timers fire, those in event time first; then it
   * begins anew for the next one. Nobody else hears of it.
   */
  endKey(): void {
    this.advance(MAX_WATERMARK);
    for (const end of this.keyEnds) end();
    this.advance(MIN_WATERMARK);
  }

  onIdle(idle: boolean): void {
    this.out.onIdle(idle);
  }

  private advance(watermarkMs: number): void {
    this.watermarkMs = watermarkMs;
    for (const listener of this.listeners) listener(watermarkMs);
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
