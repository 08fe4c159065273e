/** `npm run bench -- W7`: how long a record takes through a shuffle at a steady rate, by buffer timeout. */
import { FlinkEngine, WeftEngine, withEngine, type Engine, type JobRun } from '../engines.js';
import { figure, median, plainFigure } from '../figure.js';
import { latencyQuantileMs } from '../jobs/data/latency-bins.js';
import type { BenchOptions } from '../bench-options.js';

const RUNS = 3;
const PER_SECOND = 10_000;
const SECONDS = 20;
/** The sinks count nothing in the first five seconds. */
const SHORTEST_SECONDS = 8;
const BUFFER_TIMEOUTS_MS = [100, 5, 0];
const SIZE = { taskManagers: 1, slots: 2 };

interface Latency {
  p99Ms: number;
  peakMb: number;
}

export async function benchLatency({ runs = RUNS, withPeer, scale, folder, report }: BenchOptions): Promise<void> {
  const records = Math.round(Math.max(SHORTEST_SECONDS, SECONDS * scale)) * PER_SECOND;
  const measureAll = (engine: Engine): Promise<Latency[][]> =>
    withEngine(engine, SIZE, async () => {
      const all: Latency[][] = [];
      for (const timeoutMs of BUFFER_TIMEOUTS_MS) all.push(await measure(engine, timeoutMs, records, runs));
      return all;
    });
  const weft = await measureAll(new WeftEngine(folder));
  const flink = withPeer ? await measureAll(new FlinkEngine()) : undefined;
  BUFFER_TIMEOUTS_MS.forEach((timeoutMs, i) => {
    report(figure(`latency-${timeoutMs}`, p99(weft[i]), 'ms', flink && p99(flink[i]), true));
  });
  report(plainFigure('memory-W7', peak(weft.flat()), 'MB', flink && peak(flink.flat())));
}

async function measure(engine: Engine, timeoutMs: number, records: number, runs: number): Promise<Latency[]> {
  const results: Latency[] = [];
  for (let i = 0; i < runs; i++) {
    const options = { n: String(records), rate: String(PER_SECOND), 'buffer-timeout': String(timeoutMs) };
    const { accumulators, peakMb }: JobRun = await engine.run('latency', 2, options);
    results.push({ p99Ms: latencyQuantileMs(parseHistogram(accumulators.get('latency') ?? ''), 0.99), peakMb });
  }
  return results;
}

/** The text of a histogram: `{bin=count, bin=count}`. */
function parseHistogram(text: string): Map<number, number> {
  return new Map([...text.matchAll(/(\d+)=(\d+)/g)].map(([, bin, count]) => [Number(bin), Number(count)]));
}

function p99(runs: readonly Latency[]): number {
  return median(runs.map(({ p99Ms }) => p99Ms));
}

function peak(runs: readonly Latency[]): number {
  return Math.max(...runs.map(({ peakMb }) => peakMb));
}
