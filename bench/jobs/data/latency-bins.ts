/** Latencies in bins of 1 %: bin b holds e^(b/100) - 1 microseconds. */

export function latencyBin(latencyNs: number): number {
  return Math.round(Math.log(Math.max(0, latencyNs) / 1000 + 1) * 100);
}

/** The latency, in ms, that the share of all does not exceed. */
export function latencyQuantileMs(bins: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...bins].sort(([a], [b]) => a - b);
  const wanted = Math.ceil(sorted.reduce((sum, [, count]) => sum + count, 0) * share);
  let seen = 0;
  for (const [bin, count] of sorted) {
    seen += count;
    if (seen >= wanted) return Math.expm1(bin / 100) / 1000;
  }
  return Number.NaN;
}
