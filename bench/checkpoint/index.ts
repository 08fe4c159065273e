/**
 * `npm run bench -- checkpoint`: how long a checkpoint of much keyed state takes while the job runs at full speed, and for how long at a
 * time its thread does something else; on the heap, and on disk.
 */
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../bench-options.js';
import { figure, plainFigure } from '../figure.js';
import { JobRest } from '../job-rest.js';
import { poll } from '../poll.js';
import { WeftCluster } from '../weft/cluster.js';

const JOB = fileURLToPath(new URL('../../../bench/jobs/keyed-state.ts', import.meta.url));

/** About 20 MB of state, on the heap, and twice as much on disk. */
const KEYS = 600_000;
const KEYS_ON_DISK = 1_000_000;
const CHECKPOINTS = 10;

interface Overview {
  counts: { completed: number; failed: number };
  summary: Record<'end_to_end_duration' | 'checkpointed_size', { p50: number | 'NaN'; max: number }>;
}

export async function benchCheckpoint({ folder, scale, report }: BenchOptions): Promise<void> {
  const cluster = new WeftCluster(folder);
  try {
    await cluster.up(1);
    await cluster.session('-s', '2', '-jm', '512m', '-tm', '2g');
    const manager = await cluster.jobManager();
    for (const [name, keys, ...options] of [
      ['checkpoint', KEYS],
      ['checkpoint-disk', KEYS_ON_DISK, '--disk'],
    ] as const) {
      const count = String(Math.round(keys * scale));
      const jobId = await cluster.submit('-t', 'yarn-session', '-p', '2', JOB, '--keys', count, ...options);
      const { summary } = await poll('checkpoints', async () => {
        const response = await fetch(`${manager}/jobs/${jobId}/checkpoints`).catch(() => undefined);
        const overview = response?.ok === true ? ((await response.json()) as Overview) : undefined;
        return overview !== undefined && overview.counts.completed >= CHECKPOINTS ? overview : undefined;
      });
      const { end_to_end_duration: duration, checkpointed_size: size } = summary;
      report(figure(name, Number(duration.p50), 'ms', undefined, true));
      report(plainFigure(`${name}-max`, duration.max, 'ms'));
      report(plainFigure(`${name}-size`, size.max / 1024 ** 2, 'MB'));
      const stops = stopsOf((await new JobRest(manager).accumulators(jobId)).get('stops'));
      report(plainFigure(`${name}-stops-p99`, stops[Math.floor(0.99 * (stops.length - 1))], 'ms'));
      report(plainFigure(`${name}-stops-max`, stops.at(-1) ?? 0, 'ms'));
      await cluster.weft('cancel', jobId);
    }
  } finally {
    await cluster.down();
  }
}

/** In ascending order, from the text of a histogram: `{1=20, 2=3}`. */
function stopsOf(text = ''): number[] {
  const counts = [...text.matchAll(/(\d+)=(\d+)/g)];
  return counts.flatMap(([, ms, count]) => new Array<number>(Number(count)).fill(Number(ms))).sort((a, b) => a - b);
}
