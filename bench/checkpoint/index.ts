/** `npm run bench -- checkpoint`: how long a checkpoint of much keyed state takes while the job runs at full speed. */
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../bench-options.js';
import { figure, plainFigure } from '../figure.js';
import { poll } from '../poll.js';
import { WeftCluster } from '../weft/cluster.js';

const JOB = fileURLToPath(new URL('../../../bench/jobs/keyed-state.ts', import.meta.url));

/** About 10 MB of state. */
const KEYS = 600_000;
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
    const keys = String(Math.round(KEYS * scale));
    const jobId = await cluster.submit('-t', 'yarn-session', '-p', '2', JOB, '--keys', keys);
    const { summary } = await poll('checkpoints', async () => {
      const response = await fetch(`${manager}/jobs/${jobId}/checkpoints`).catch(() => undefined);
      const overview = response?.ok === true ? ((await response.json()) as Overview) : undefined;
      return overview !== undefined && overview.counts.completed >= CHECKPOINTS ? overview : undefined;
    });
    const { end_to_end_duration: duration, checkpointed_size: size } = summary;
    report(figure('checkpoint', Number(duration.p50), 'ms', undefined, true));
    report(plainFigure('checkpoint-max', duration.max, 'ms'));
    report(plainFigure('checkpoint-size', size.max / 1024 ** 2, 'MB'));
    await cluster.weft('cancel', jobId);
  } finally {
    await cluster.down();
  }
}
