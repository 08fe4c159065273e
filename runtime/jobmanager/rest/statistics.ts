/** Least, greatest, mean and percentiles of a sample, as Flink's REST API shows them. */

export interface Statistics {
  min: number;
  max: number;
  avg: number;
  /** JSON has no NaN, so Flink writes it as a text. */
  p50: number | 'NaN';
  p90: number | 'NaN';
  p95: number | 'NaN';
  p99: number | 'NaN';
  p999: number | 'NaN';
}

export function statisticsOf(values: readonly number[]): Statistics {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number | 'NaN' => percentile(sorted, share) ?? 'NaN';
  return {
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    avg: sorted.length === 0 ? 0 : Math.trunc(sorted.reduce((sum, value) => sum + value, 0) / sorted.length),
    ...{ p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), p999: at(0.999) },
  };
}

/** Interpolated between the two values next to the place `share · (n + 1)`. */
function percentile(sorted: readonly number[], share: number): number | undefined {
  const place = share * (sorted.length + 1);
  if (place < 1) return sorted[0];
  if (place >= sorted.length) return sorted.at(-1);
  const below = Math.floor(place);
  return sorted[below - 1] + (place - below) * (sorted[below] - sorted[below - 1]);
}
