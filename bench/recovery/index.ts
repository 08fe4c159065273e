/**
 * `npm run bench -- W8`: from kill -9 of a TaskManager to the first result of a window, both engines at their defaults, with a spare
 * TaskManager; and how long a checkpoint of 100,000 keys in windows takes (W4).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions } from '../bench-options.js';
import { FlinkEngine, WeftEngine, withEngine, type Engine } from '../engines.js';
import { figure, median } from '../figure.js';
import { completedCheckpoints } from '../job-rest.js';
import { firstMark } from '../marks.js';
import { FlinkCluster } from '../peer/flink.js';
import { poll } from '../poll.js';
import { Cluster, ended, killTaskManager, taskManagerOf } from '../startup/weft.js';
import { WORKLOADS } from '../throughput/workloads.js';

const RUNS = 3;
/** Before the kill. */
const CHECKPOINTS = 5;
/** W4 is that much longer when its checkpoints are timed: its first one comes before the code is compiled. */
const W4_TIMES = 4;

export async function benchRecovery({ runs = RUNS, scale, withPeer, folder, report }: BenchOptions): Promise<void> {
  const weft = await repeat(runs, () => weftRecovery(folder));
  const flink = withPeer ? median(await repeat(runs, (run) => flinkRecovery(join(folder, `flink-${run}`)))) : undefined;
  report(figure('recovery', median(weft), 'ms', flink, true));
  const weftCheckpoint = await checkpointMs(new WeftEngine(folder), runs, scale);
  const flinkCheckpoint = withPeer ? await checkpointMs(new FlinkEngine(), runs, scale) : undefined;
  report(figure('checkpoint', weftCheckpoint, 'ms', flinkCheckpoint, true));
}

async function repeat(times: number, measure: (run: number) => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let run = 0; run < times; run++) results.push(await measure(run));
  return results;
}

async function weftRecovery(folder: string): Promise<number> {
  const cluster = new Cluster(folder);
  try {
    await cluster.up(1);
    await cluster.session('-s', '2', '-jm', '512m', '-tm', '1g', '-D', 'resourcemanager.taskmanager-timeout=10 min');
    const manager = await cluster.jobManager();
    const job = await cluster.submitTo(['-t', 'yarn-session'], '--windows');
    // Another job brings in the spare TaskManager and leaves it idle.
    const other = await cluster.submitTo(['-t', 'yarn-session']);
    await cluster.tasksRunningAt(manager, other, 0);
    await cluster.weft('cancel', other);
    await ended(manager, other);
    await untilCheckpoints(manager, job);
    const killedMs = killTaskManager(cluster, await taskManagerOf(manager, job));
    return (await firstMark(cluster.mark, 'first', killedMs)) - killedMs;
  } finally {
    await cluster.down();
  }
}

async function flinkRecovery(folder: string): Promise<number> {
  const mark = join(folder, 'marks', 'm');
  mkdirSync(join(folder, 'marks'), { recursive: true });
  const cluster = new FlinkCluster();
  try {
    cluster.start({ taskManagers: 2, slots: 2, taskManagerMemory: '1728m' });
    await cluster.untilRegistered(2);
    const checkpoints = `file://${join(folder, 'checkpoints')}`;
    const job = cluster.submitByCommandLine('weft.peer.StartupJob', 2, [mark, 'default', 'windows', checkpoints]);
    await untilCheckpoints(cluster.url, job);
    const victim = await cluster.busyTaskManager(job);
    const killedMs = Date.now();
    cluster.kill(victim);
    return (await firstMark(mark, 'first', killedMs)) - killedMs;
  } finally {
    await cluster.stop();
  }
}

function untilCheckpoints(manager: string, job: string): Promise<unknown> {
  return poll('checkpoints', async () => ((await completedCheckpoints(manager, job))?.completed ?? 0) >= CHECKPOINTS);
}

/** Median over the runs of the median of each, end to end. */
async function checkpointMs(engine: Engine, runs: number, scale: number): Promise<number> {
  const [workload] = WORKLOADS.W4;
  const { program, parallelism, options } = workload;
  const n = String(Math.round(workload.records * scale) * W4_TIMES);
  return withEngine(engine, workload, async () =>
    median(
      await repeat(runs, async () => (await engine.run(program, parallelism, { n, ...options })).checkpointMs ?? NaN),
    ),
  );
}
