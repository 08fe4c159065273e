/** What users choose about checkpoints: how a job ends with one, what is kept of them, and how exact they are. */
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TestCluster, jobIdIn } from './kit/cluster.js';
import { miscounted, steadyJob, type SteadyJob } from './kit/steady-job.js';
import { until } from './kit/until.js';
import { outputLines } from './kit/word-count.js';

const RUN = ['run', '-t', 'yarn-per-job', '-p', '2'];

const pathIn = (stdout: string): string => /file:(\S+?)\.?\s/.exec(stdout)?.[1] ?? '';

function lines({ output }: SteadyJob, kind: string): string[] {
  return existsSync(output) ? outputLines(output).filter((line) => line.startsWith(kind)) : [];
}

function jobIn({ home }: TestCluster, count: number): SteadyJob {
  return steadyJob(mkdtempSync(join(home, 'job-')), count, 100);
}

/** Starts the job and waits until it has written something. */
async function begun(t: ExecutionContext, cluster: TestCluster, job: SteadyJob, ...flags: string[]): Promise<string> {
  const submitted = await cluster.weft(...RUN, '-d', ...flags, job.program, ...job.args);
  t.is(submitted.code, 0, submitted.stderr);
  await until('some output', () => lines(job, 'record').length > 500);
  return jobIdIn(submitted.stdout);
}

async function untilEnded(cluster: TestCluster): Promise<string> {
  return await until('the application to end', async () => {
    const last = (await cluster.status()).applications.at(-1);
    return last?.state === 'FINISHED' ? last.finalStatus : undefined;
  });
}

/** Cancel with a savepoint: the job goes on from it, with every record once. */
async function cancelWithSavepoint(t: ExecutionContext, cluster: TestCluster): Promise<void> {
  const job = jobIn(cluster, 2500);
  const folder = join(cluster.home, 'savepoints');
  const jobId = await begun(t, cluster, job);
  const cancelled = await cluster.weft('cancel', '-s', folder, jobId);
  t.is(cancelled.code, 0, cancelled.stderr);
  const savepoint = pathIn(cancelled.stdout);
  t.true(existsSync(join(savepoint, '_metadata')), cancelled.stdout);
  t.is(await untilEnded(cluster), 'KILLED');

  const again = await cluster.weft(...RUN, '-s', savepoint, job.program, ...job.args);
  t.is(again.code, 0, again.stderr);
  t.deepEqual(miscounted(job), []);
}

/** Drained, a job lets all event time pass before it ends. */
async function drain(t: ExecutionContext, cluster: TestCluster): Promise<void> {
  const job = jobIn(cluster, 1_000_000);
  const jobId = await begun(t, cluster, job);
  const stopped = await cluster.weft('stop', '--drain', '--savepointPath', join(cluster.home, 'savepoints'), jobId);
  t.is(stopped.code, 0, stopped.stderr);
  t.is(await untilEnded(cluster), 'SUCCEEDED');
  t.is(lines(job, 'timer').length, lines(job, 'record').length);
}

/** Checkpoints of a cancelled job are kept if that was asked for; it goes on from one, which is then disposed of. */
async function retention(t: ExecutionContext, cluster: TestCluster): Promise<void> {
  const job = jobIn(cluster, 2500);
  const keep = '-Dexecution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION';
  const jobId = await begun(t, cluster, job, keep);
  t.is((await cluster.weft('cancel', jobId)).code, 0);
  await untilEnded(cluster);
  const folder = join(cluster.home, 'checkpoints', jobId);
  const kept = readdirSync(folder).filter((name) => name.startsWith('chk-'));
  const last = join(folder, kept.toSorted((a, b) => Number(a.slice(4)) - Number(b.slice(4))).at(-1) ?? 'none');
  t.true(existsSync(join(last, '_metadata')));

  const again = await cluster.weft(...RUN, '-s', last, job.program, ...job.args);
  t.is(again.code, 0, again.stderr);
  t.deepEqual(miscounted(job), []);
  t.deepEqual(readdirSync(join(cluster.home, 'checkpoints')), [jobId], 'the second job kept nothing of its own');
  t.is((await cluster.weft('savepoint', '-d', last)).code, 0);
  t.false(existsSync(last));
}

/** At least once: after a kill nothing is missing. */
async function atLeastOnce(t: ExecutionContext, cluster: TestCluster): Promise<void> {
  const job = jobIn(cluster, 2500);
  await begun(t, cluster, job, '-Dexecution.checkpointing.mode=AT_LEAST_ONCE');
  cluster.kill('taskmanager');
  t.is(await untilEnded(cluster), 'SUCCEEDED');
  for (const kind of ['record', 'timer']) {
    const numbers = new Set(lines(job, kind).map((line) => Number(line.split(' ')[1])));
    t.is(numbers.size, job.count, kind);
  }
}

test('cancel with a savepoint, drain, retention, at least once', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  await cancelWithSavepoint(t, cluster);
  await drain(t, cluster);
  await retention(t, cluster);
  await atLeastOnce(t, cluster);
});
