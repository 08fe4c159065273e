/**
 * Metrics that a function registers with its runtime context in `open()`. They are at the JobManager's REST API and at the
 * Prometheus endpoint while the job runs. Names and meaning are Flink's.
 */
export interface MetricCounter {
  /** @default 1 */
  inc(by?: number): void;
  /** @default 1 */
  dec(by?: number): void;
  getCount(): number;
}

/** A value that is asked for when it is wanted: a number, a text or a boolean. */
export interface MetricGauge<T> {
  getValue(): T;
}

/** How often something happens. */
export interface MetricMeter {
  /** @default 1 */
  markEvent(count?: number): void;
  /** Events a second. */
  getRate(): number;
  getCount(): number;
}

/** How numbers are spread. */
export interface MetricHistogram {
  update(value: number): void;
  /** How many there were. */
  getCount(): number;
  getStatistics(): HistogramStatistics;
}

export interface HistogramStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  /** @param quantile from 0 to 1 */
  getQuantile(quantile: number): number;
}

/** Where metrics are registered. A name is taken once; what is registered under it later is not reported, as in Flink. */
export interface MetricGroup {
  counter(name: string): MetricCounter;
  counter<C extends MetricCounter>(name: string, counter: C): C;
  gauge<T>(name: string, gauge: (() => T) | MetricGauge<T>): MetricGauge<T>;
  /** Without a meter: events a second over the last minute. */
  meter(name: string): MetricMeter;
  meter<M extends MetricMeter>(name: string, meter: M): M;
  /** Without a histogram: over the last 1,000 numbers. */
  histogram(name: string): MetricHistogram;
  histogram<H extends MetricHistogram>(name: string, histogram: H): H;
  /** A group within this one; with a value, reporters with labels make a label of it. */
  addGroup(name: string, value?: string): MetricGroup;
}

/** Over the last numbers that it was given. */
export class DescriptiveStatisticsHistogram implements MetricHistogram {
  private readonly values: Float64Array;
  private count = 0;

  /** @throws RangeError unless the window is a whole number from 1 */
  constructor(window = 1000) {
    if (!Number.isSafeInteger(window) || window < 1)
      throw new RangeError(`A window is a number from 1, not ${window}.`);
    this.values = new Float64Array(window);
  }

  update(value: number): void {
    this.values[this.count++ % this.values.length] = value;
  }

  getCount(): number {
    return this.count;
  }

  getStatistics(): HistogramStatistics {
    const sorted = this.values.slice(0, Math.min(this.count, this.values.length)).sort();
    const { length } = sorted;
    const sum = sorted.reduce((total, value) => total + value, 0);
    const mean = length === 0 ? 0 : sum / length;
    const squares = sorted.reduce((total, value) => total + (value - mean) ** 2, 0);
    return {
      min: sorted[0] ?? 0,
      max: sorted.at(-1) ?? 0,
      mean,
      stddev: length < 2 ? 0 : Math.sqrt(squares / (length - 1)),
      getQuantile: (quantile) => quantileOf(sorted, quantile),
    };
  }
}

/** At position q·(n+1) of the sorted values, interpolated. */
function quantileOf(sorted: Float64Array, quantile: number): number {
  const position = quantile * (sorted.length + 1);
  const below = Math.floor(position);
  if (below < 1) return sorted[0] ?? 0;
  if (below >= sorted.length) return sorted.at(-1) ?? 0;
  const lower = sorted[below - 1] ?? 0;
  return lower + (position - below) * ((sorted[below] ?? 0) - lower);
}
