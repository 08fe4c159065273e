/** Counts what arrives, and sums it up into figures that depend on every record but not on their order. */
import { PerformanceObserver } from 'node:perf_hooks';
import { LongCounter, RichSinkFunction } from 'weft-stream';

/** The accumulators: `count`, `sum` of the values, `mix` of a hash of each record (modulo 2³²), `collections` of garbage. */
export abstract class ChecksumSink<T> extends RichSinkFunction<T> {
  protected count = 0;
  protected sum = 0;
  protected mix = 0;
  private collections = 0;
  private readonly observer = new PerformanceObserver((list) => {
    this.collections += list.getEntries().length;
  });

  override open(): void {
    this.observer.observe({ entryTypes: ['gc'] });
  }

  override close(): void {
    this.collections += this.observer.takeRecords().length;
    this.observer.disconnect();
    const context = this.getRuntimeContext();
    context.addAccumulator('count', new LongCounter(this.count));
    context.addAccumulator('sum', new LongCounter(this.sum));
    context.addAccumulator('mix', new LongCounter(this.mix >>> 0));
    context.addAccumulator('collections', new LongCounter(this.collections));
  }
}
