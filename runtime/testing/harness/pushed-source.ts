import type { SourceContext, SourceFunction } from '../../functions/index.js';

/** A source that emits what the test hands it, until the test ends it. */
export class PushedSource<T> implements SourceFunction<T> {
  private context: SourceContext<T> | undefined;
  private resolveEnd: () => void = () => undefined;

  run(context: SourceContext<T>): Promise<void> {
    this.context = context;
    return new Promise((resolve) => {
      this.resolveEnd = resolve;
    });
  }

  /** Emits at once if there is room, else when there is. @throws the failure of an operator that is chained to the source */
  push(value: T, timestampMs: number | undefined): void {
    if (timestampMs === undefined) void this.context?.collect(value);
    else void this.context?.collectWithTimestamp(value, timestampMs);
  }

  /** Tells how far event time has come. */
  watermark(watermarkMs: number): void {
    this.context?.emitWatermark(watermarkMs);
  }

  end(): void {
    this.resolveEnd();
  }

  cancel(): void {
    this.resolveEnd();
  }
}
