/** Keyed state on disk in real processes: a failure, a retained checkpoint, another parallelism, another backend, whose files are whose. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TestCluster, getJson, jobIdIn } from './kit/cluster.js';
import { miscounted, steadyJob } from './kit/steady-job.js';
import { until } from './kit/until.js';

const ON_DISK = '-Dstate.backend.type=rocksdb';
const RETAINED = '-Dexecution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION';

test('state on disk survives a TaskManager, a cancelled job and another parallelism; a claimed checkpoint is one job’s', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const job = steadyJob(cluster.home, 9000, 300);
  const run = ['run', '-t', 'yarn-per-job', '-p', '2'];
  const first = await cluster.weft(...run, '-d', ON_DISK, RETAINED, job.program, ...job.args);
  t.is(first.code, 0, first.stderr);
  const jobId = jobIdIn(first.stdout);
  const manager = await cluster.jobManager();
  const completed = async (): Promise<number> =>
    (await getJson<{ latest: { completed: { id: number } | null } }>(`${manager}/jobs/${jobId}/checkpoints`)).latest
      .completed?.id ?? 0;
  await until('a checkpoint', async () => (await completed()) >= 2);
  cluster.kill('taskmanager');
  const before = await completed();
  await until('a checkpoint after the failure', async () => (await completed()) >= before + 2);
  const config = await getJson<{ state_backend: string }>(`${manager}/jobs/${jobId}/checkpoints/config`);
  t.is(config.state_backend, 'EmbeddedRocksDBStateBackend');
  t.is((await cluster.weft('cancel', jobId)).code, 0);
  await until('the application to end', async () => (await cluster.status()).applications[0].state !== 'RUNNING');
  const folder = join(cluster.home, 'checkpoints', jobId);
  const kept = readdirSync(folder)
    .filter((name) => name.startsWith('chk-'))
    .map((name) => Number(name.slice(4)));
  const last = join(folder, `chk-${Math.max(...kept)}`);

  const inspected = await cluster.weft('savepoint', 'inspect', last);
  t.regex(inspected.stdout, /^Checkpoint \d+ of job "steady"/);
  t.regex(inspected.stdout, /uid counting, id [0-9a-f]{32}\n +parallelism 2, maximum 128\n/);
  t.regex(inspected.stdout, / seen +value +40 entries/, inspected.stderr);
  const ofKey = await cluster.weft('savepoint', 'inspect', last, '--key', '7', '--state', 'seen');
  t.regex(ofKey.stdout, /seen +\d+\n$/);
  const fits = await cluster.weft('savepoint', 'check', '-p', '3', job.program, last, ...job.args);
  t.is(fits.code, 0, fits.stderr);
  t.regex(fits.stdout, /can start from .*\n(.*\n)* +rescales +.*uid counting.* from 2 to 3 subtasks/);
  const other = join(cluster.home, 'other.ts');
  writeFileSync(other, readFileSync(job.program, 'utf8').replace(".uid('counting')", ".uid('counted')"));
  const misses = await cluster.weft('savepoint', 'check', other, last, ...job.args);
  t.is(misses.code, 1);
  t.regex(misses.stdout, /cannot start[^]*missing[^]*What to do:\n- [^]*\.uid\('counting'\)/);

  const declaring = (type: string): string =>
    readFileSync(job.program, 'utf8').replace(
      "'seen', undefined, 0",
      `'seen', (await import('weft-stream')).Types.${type}, 0`,
    );
  for (const [type, code, verdict] of [
    ['STRING', 1, /seen: incompatible +value does not fit[^]*What to do:\n- [^]*"seen": Declare a type/],
    ['LONG', 0, /can start from [^]*seen: as is/],
  ] as const) {
    writeFileSync(other, declaring(type).replace(/^ {2}open\(\)/m, '  async open()'));
    const checked = await cluster.weft('savepoint', 'check', other, last, ...job.args);
    t.is(checked.code, code, checked.stderr);
    t.regex(checked.stdout, verdict);
  }

  const again = await cluster.weft(
    'run',
    '-t',
    'yarn-per-job',
    '-d',
    '-p',
    '3',
    ON_DISK,
    '-s',
    last,
    '-cm',
    'claim',
    job.program,
    ...job.args,
  );
  t.is(again.code, 0, again.stderr);
  const second = await cluster.weft(
    'run',
    '-t',
    'local',
    ON_DISK,
    '-s',
    last,
    '-rm',
    'CLAIM',
    job.program,
    ...job.args,
  );
  t.is(second.code, 1);
  t.regex(second.stderr, /belongs to job|There is no checkpoint/);
  await until('the claiming job to end', async () =>
    (await cluster.status()).applications.every(({ state }) => ['FINISHED', 'KILLED', 'FAILED'].includes(state)),
  );
  t.deepEqual(miscounted(job), []);
  t.false(existsSync(last));
});

test('a running job gets another parallelism, up and down, and counts every record once', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const job = steadyJob(cluster.home, 8000, 300);
  const first = await cluster.weft('run', '-t', 'yarn-per-job', '-d', '-p', '2', ON_DISK, job.program, ...job.args);
  t.is(first.code, 0, first.stderr);
  const jobId = jobIdIn(first.stdout);
  const manager = await cluster.jobManager();
  const parallelism = async (): Promise<number> => {
    const { vertices } = await getJson<{ vertices: { name: string; parallelism: number; status: string }[] }>(
      `${manager}/jobs/${jobId}`,
    );
    const counting = vertices.find(({ name }) => name.includes('KeyedProcess'));
    return counting?.status === 'RUNNING' ? counting.parallelism : 0;
  };
  await until('the job to run', async () => (await parallelism()) === 2);
  for (const wanted of [3, 1, 2]) {
    const rescaled = await cluster.weft('rescale', jobId, '-p', String(wanted));
    t.is(rescaled.code, 0, rescaled.stderr);
    t.regex(rescaled.stdout, new RegExp(`goes on with a parallelism of ${wanted}\\.`));
    await until(`${wanted} subtasks to run`, async () => (await parallelism()) === wanted);
  }
  const tooMany = await cluster.weft('rescale', jobId, '-p', '200');
  t.is(tooMany.code, 1);
  t.regex(tooMany.stderr, /maximum parallelism of 128/);
  await until('the application to end', async () => (await cluster.status()).applications[0].state === 'FINISHED');
  t.deepEqual(miscounted(job), []);
});
