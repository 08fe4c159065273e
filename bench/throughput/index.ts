/** `npm run bench -- W1 W2`: records per CPU second of the TaskManagers, all their threads, code compilation included. */
import { figure, median, plainFigure } from '../figure.js';
import type { BenchOptions } from '../bench-options.js';
import { FlinkEngine, WeftEngine, withEngine, type Engine, type JobRun } from '../engines.js';
import { expected, WORKLOADS, type Checksums, type Workload } from './workloads.js';

const RUNS = 5;
/** Before the measured runs: a share of the records, once. */
const WARM_UP_SHARE = 1 / 8;

export async function benchThroughput(name: keyof typeof WORKLOADS, options: BenchOptions): Promise<void> {
  for (const workload of WORKLOADS[name]) {
    const scaled = { ...workload, records: scale(workload.records, options.scale) };
    const runs = options.runs ?? RUNS;
    const weft = await measure(new WeftEngine(options.folder), scaled, runs);
    const flink = options.withPeer ? await measure(new FlinkEngine(), scaled, runs) : undefined;
    const peer = flink === undefined ? undefined : perCpuSecond(scaled, flink);
    options.report(figure(scaled.name, perCpuSecond(scaled, weft), 'M records/CPU s', peer, false));
    options.report(plainFigure(`memory-${scaled.name}`, peak(weft), 'MB', flink && peak(flink)));
    if (scaled.program === 'pass-through') {
      const collections = weft.map(({ accumulators }) => Number(accumulators.get('collections')));
      options.report(plainFigure(`collections-${scaled.name}`, median(collections), 'GCs'));
    }
  }
}

/** A whole number of records for each of two subtasks, also of each stream of a join. */
function scale(records: number, by: number): number {
  return Math.max(2000, Math.round((records * by) / 4) * 4);
}

async function measure(engine: Engine, workload: Workload, runs: number): Promise<JobRun[]> {
  return withEngine(engine, workload, async () => {
    await runOnce(engine, { ...workload, records: scale(workload.records, WARM_UP_SHARE) });
    const checksums = expected(workload);
    const results: JobRun[] = [];
    for (let i = 0; i < runs; i++) {
      const run = await runOnce(engine, workload);
      requireChecksums(engine, workload, run, checksums);
      results.push(run);
    }
    return results;
  });
}

function runOnce(engine: Engine, { program, parallelism, records, options }: Workload): Promise<JobRun> {
  return engine.run(program, parallelism, { n: String(records), ...options });
}

function requireChecksums(engine: Engine, { name }: Workload, { accumulators }: JobRun, wanted: Checksums): void {
  const number = (key: string): number => Number(accumulators.get(key));
  // Each subtask brings its own hash; the sum of them counts modulo 2³².
  const found = { count: number('count'), sum: number('sum'), mix: number('mix') % 2 ** 32 };
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${engine.name} computed ${left} in ${name} instead of ${right}.`);
}

/** Millions. */
function perCpuSecond({ records }: Workload, runs: readonly JobRun[]): number {
  return records / 1e6 / median(runs.map(({ taskManagerCpuSeconds }) => taskManagerCpuSeconds));
}

function peak(runs: readonly JobRun[]): number {
  return Math.max(...runs.map(({ peakMb }) => peakMb));
}
