/** `npm run bench -- startup`: from nothing to running tasks, from a submission to running tasks, from a kill to output. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, median } from '../figure.js';
import type { BenchOptions } from '../main.js';
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

export async function benchStartup({ runs, withPeer, report }: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  try {
    const weft = await repeat(runs, () => measureWeft(folder));
    const flink = withPeer ? await repeat(runs, () => measureFlink(folder)) : [];
    for (const { name, unit } of FIGURES) {
      const ours = valuesOf(weft, name);
      const theirs = valuesOf(flink, name);
      report(figure(name, median(ours), unit, theirs.length === 0 ? undefined : median(theirs), true));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
