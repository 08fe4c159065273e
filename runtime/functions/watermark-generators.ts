/** The watermark generators that come with Weft. */
import { MIN_WATERMARK, type WatermarkGenerator, type WatermarkOutput } from './watermarks.js';

/** The watermark stays a fixed time behind the largest timestamp: max − bound − 1 ms. */
export class BoundedOutOfOrdernessWatermarks implements WatermarkGenerator<unknown> {
  private maxTimestampMs: number;

  /** @param outOfOrdernessMs how far behind the largest timestamp a record may come */
  constructor(private readonly outOfOrdernessMs: number) {
    this.maxTimestampMs = MIN_WATERMARK + outOfOrdernessMs + 1;
  }

  onEvent(_event: unknown, timestampMs: number): void {
    if (timestampMs > this.maxTimestampMs) this.maxTimestampMs = timestampMs;
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    output.emitWatermark(this.maxTimestampMs - this.outOfOrdernessMs - 1);
  }
}

/** For streams whose timestamps only grow. */
export class AscendingTimestampsWatermarks extends BoundedOutOfOrdernessWatermarks {
  constructor() {
    super(0);
  }
}

/** Never makes a watermark: for streams that only know processing time. */
export class NoWatermarksGenerator implements WatermarkGenerator<unknown> {
  onEvent(): void {}

  onPeriodicEmit(): void {}
}
