import { MIN_WATERMARK, type WatermarkOutput } from '../../functions/index.js';
import type { TimeTaker } from '../../time/index.js';

/** What a generator says, on its way: what does not bring the stream on is dropped. */
export class WatermarkEmitter implements WatermarkOutput {
  private watermarkMs = MIN_WATERMARK;
  private idle = false;

  constructor(private readonly out: TimeTaker) {}

  emitWatermark(watermarkMs: number): void {
    if (!(watermarkMs > this.watermarkMs)) return;
    this.watermarkMs = watermarkMs;
    this.markActive();
    this.out.onWatermark(watermarkMs);
  }

  markIdle(): void {
    if (this.idle) return;
    this.idle = true;
    this.out.onIdle(true);
  }

  markActive(): void {
    if (!this.idle) return;
    this.idle = false;
    this.out.onIdle(false);
  }
}
