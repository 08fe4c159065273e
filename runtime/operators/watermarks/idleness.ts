import type { Clock } from '../../common/clock.js';
import type { WatermarkGenerator, WatermarkOutput } from '../../functions/index.js';

/**
 * Marks a stream idle when no record came for longer than the timeout, counted from the first look that saw none, as Flink
 * does. Any record makes it active again.
 */
export class WatermarksWithIdleness implements WatermarkGenerator<unknown> {
  private active = false;
  /** When a look saw no record for the first time, monotonic; undefined while there are records. */
  private quietSinceMs: number | undefined;
  private idle = false;

  constructor(
    private readonly inner: WatermarkGenerator<unknown>,
    private readonly idleAfterMs: number,
    private readonly clock: Clock,
  ) {}

  onEvent(event: unknown, timestampMs: number, output: WatermarkOutput): void {
    this.inner.onEvent(event, timestampMs, output);
    this.active = true;
    if (!this.idle) return;
    this.idle = false;
    output.markActive();
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    if (!this.isQuiet()) {
      this.inner.onPeriodicEmit(output);
    } else if (!this.idle) {
      this.idle = true;
      output.markIdle();
    }
  }

  private isQuiet(): boolean {
    if (this.active) {
      this.active = false;
      this.quietSinceMs = undefined;
      return false;
    }
    const nowMs = this.clock.monotonicMs();
    this.quietSinceMs ??= nowMs;
    return nowMs - this.quietSinceMs > this.idleAfterMs;
  }
}
