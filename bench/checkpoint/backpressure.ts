/** `npm run bench -- checkpoint-backpressure`: checkpoints of a job whose sink is too slow for its source, and of one whose sink is not. */
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../bench-options.js';
import { figure, plainFigure } from '../figure.js';
import { poll } from '../poll.js';
import { WeftCluster } from '../weft/cluster.js';

const JOB = fileURLToPath(new URL('../../../bench/jobs/slow-sink.ts', import.meta.url));

const UNALIGNED = '-Dexecution.checkpointing.unaligned=true';

interface Overview {
  counts: { completed: number };
  summary: Record<'end_to_end_duration' | 'persisted_data', { p50: number }>;
}

/** @returns median of so many checkpoints, and of what was on its way in them */
async function checkpointsOf(
  cluster: WeftCluster,
  count: number,
  flags: readonly string[],
  ...args: string[]
): Promise<{ durationMs: number; persistedBytes: number }> {
  const manager = await cluster.jobManager();
  const jobId = await cluster.submit('-t', 'yarn-session', '-p', '2', ...flags, JOB, ...args);
  const { summary } = await poll('checkpoints', async () => {
    const response = await fetch(`${manager}/jobs/${jobId}/checkpoints`).catch(() => undefined);
    const overview = response?.ok === true ? ((await response.json()) as Overview) : undefined;
    return overview !== undefined && overview.counts.completed >= count ? overview : undefined;
  });
  await cluster.weft('cancel', jobId);
  return { durationMs: summary.end_to_end_duration.p50, persistedBytes: summary.persisted_data.p50 };
}

export async function benchCheckpointBackpressure({ folder, report }: BenchOptions): Promise<void> {
  const cluster = new WeftCluster(folder);
  try {
    await cluster.up(1);
    // Two TaskManagers: records go over TCP, over threads and within one.
    await cluster.session('-s', '1', '-jm', '512m', '-tm', '1g');
    const relaxed = await checkpointsOf(cluster, 15, [UNALIGNED], '--rest-ms', '20');
    report(plainFigure('without', relaxed.durationMs, 'ms'));
    const pressed = await checkpointsOf(cluster, 15, [UNALIGNED]);
    report(figure('backpressure', pressed.durationMs, 'ms', undefined, true));
    report(plainFigure('times', pressed.durationMs / relaxed.durationMs, '×'));
    report(plainFigure('on-their-way', pressed.persistedBytes / 1024, 'KB'));
    const aligned = await checkpointsOf(cluster, 2, []);
    report(plainFigure('aligned', aligned.durationMs, 'ms'));
  } finally {
    await cluster.down();
  }
}
