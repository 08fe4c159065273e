import { MIN_WATERMARK, type WatermarkOutput } from '../../functions/index.js';
import type { TimeTaker } from '../../time/index.js';

/** What a generator says, on its way: what does not bring the stream on is dropped. */
export class WatermarkEmitter implements WatermarkOutput {
  private reachedMs = MIN_WATERMARK;
  private isIdle = false;

  constructor(private readonly out: TimeTaker) {}

  /** The last one that was handed on. */
  get watermarkMs(): number {
    return this.reachedMs;
  }

  get idle(): boolean {
    return this.isIdle;
  }

  emitWatermark(watermarkMs: number): void {
    if (!(watermarkMs > this.reachedMs)) return;
    this.reachedMs = watermarkMs;
    this.markActive();
    this.out.onWatermark(watermarkMs);
  }

  markIdle(): void {
    if (this.isIdle) return;
    this.isIdle = true;
    this.out.onIdle(true);
  }

  markActive(): void {
    if (!this.isIdle) return;
    this.isIdle = false;
    this.out.onIdle(false);
  }
}
