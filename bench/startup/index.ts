/** `npm run bench -- startup`: from nothing to running tasks, from a submission to running tasks, from a kill to output. */
import { figure, median } from '../figure.js';
import type { BenchOptions } from '../bench-options.js';
import { measureFlink, type StartupTimes } from './flink.js';
import { measureWeft } from './weft.js';

const FIGURES: { name: keyof StartupTimes; unit: string }[] = [
  { name: 'cold-per-job', unit: 'ms' },
  { name: 'submit-session', unit: 'ms' },
  { name: 'submit-per-job', unit: 'ms' },
  { name: 'recovery', unit: 'ms' },
  { name: 'recovery-new-container', unit: 'ms' },
  { name: 'idle-memory', unit: 'MB' },
  { name: 'idle-memory-supervisor', unit: 'MB' },
];

const RUNS = 3;

export async function benchStartup({ runs = RUNS, withPeer, folder, report }: BenchOptions): Promise<void> {
  const weft = await repeat(runs, () => measureWeft(folder));
  const flink = withPeer ? await repeat(runs, () => measureFlink(folder)) : [];
  for (const { name, unit } of FIGURES) {
    const ours = valuesOf(weft, name);
    const theirs = valuesOf(flink, name);
    report(figure(name, median(ours), unit, theirs.length === 0 ? undefined : median(theirs), true));
  }
}

function valuesOf(runs: readonly Partial<StartupTimes>[], name: keyof StartupTimes): number[] {
  return runs.map((run) => run[name]).filter((value) => value !== undefined);
}

async function repeat<T>(times: number, measure: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await measure());
  return results;
}
