/** Savepoints by the commands that users type: taken, stopped with, started from, deleted; and what happens to bad ones. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TestCluster, getJson, jobIdIn } from './kit/cluster.js';
import { miscounted, steadyJob } from './kit/steady-job.js';
import { until } from './kit/until.js';
import { outputLines } from './kit/word-count.js';

const pathIn = (stdout: string): string => /Path: file:(\S+)/.exec(stdout)?.[1] ?? '';

test('a job is stopped with a savepoint and goes on from it, with every record once', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const job = steadyJob(cluster.home, 6000, 200);
  const run = ['run', '-t', 'yarn-per-job', '-d', '-p', '2'];
  const first = await cluster.weft(...run, job.program, ...job.args);
  t.is(first.code, 0, first.stderr);
  const jobId = jobIdIn(first.stdout);
  await until('some output', () => existsSync(job.output) && outputLines(job.output).length > 500);

  const nowhere = await cluster.weft('savepoint', jobId);
  t.is(nowhere.code, 1);
  t.regex(nowhere.stderr, /SAVEPOINT_NO_FOLDER/);
  const folder = join(cluster.home, 'savepoints');
  const taken = await cluster.weft('savepoint', jobId, folder);
  t.is(taken.code, 0, taken.stderr);
  const savepoint = pathIn(taken.stdout);
  t.regex(savepoint, new RegExp(`^${folder}/savepoint-${jobId.slice(0, 6)}-[0-9a-f]{12}$`));
  t.true(existsSync(join(savepoint, '_metadata')));

  const manager = await cluster.jobManager();
  const shown = await getJson<{ counts: { completed: number }; latest: { savepoint: { external_path: string } } }>(
    `${manager}/jobs/${jobId}/checkpoints`,
  );
  t.true(shown.counts.completed >= 2);
  t.is(shown.latest.savepoint.external_path, `file:${savepoint}`);

  const stopped = await cluster.weft('stop', '--savepointPath', folder, jobId);
  t.is(stopped.code, 0, stopped.stderr);
  t.regex(
    stopped.stdout,
    /^Suspending job .*\nTriggering stop-with-savepoint .*\nWaiting for response\.\.\.\nSavepoint comp/,
  );
  const last = pathIn(stopped.stdout);
  await until('the application to end', async () => (await cluster.status()).applications[0].state === 'FINISHED');
  t.true(outputLines(job.output).length < 2 * job.count);

  // It began with more parallelism than it has now: the folder of its output stays what it is.
  const again = await cluster.weft('run', '-t', 'yarn-per-job', '-p', '3', '-s', last, job.program, ...job.args);
  t.is(again.code, 0, again.stderr);
  t.deepEqual(miscounted(job), []);

  const disposed = await cluster.weft('savepoint', '-d', savepoint);
  t.is(
    disposed.stdout,
    `Disposing savepoint '${savepoint}'.\nWaiting for response...\nSavepoint '${savepoint}' disposed.\n`,
  );
  t.false(existsSync(savepoint));

  writeFileSync(join(last, '_metadata'), readFileSync(join(last, '_metadata')).subarray(0, 200));
  const torn = await cluster.weft('run', '-t', 'yarn-per-job', '-s', last, job.program, ...job.args);
  t.is(torn.code, 1);
  t.true(torn.stderr.includes(join(last, '_metadata')), torn.stderr);
  t.regex(torn.stderr, /damaged/);
  // Nothing is kept of the checkpoints of a job that ended.
  const kept = existsSync(join(cluster.home, 'checkpoints')) ? readdirSync(join(cluster.home, 'checkpoints')) : [];
  t.deepEqual(kept, []);
});

test('a damaged checkpoint is named, and the one before it is used', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const job = steadyJob(cluster.home, 8000, 1000);
  const run = ['run', '-t', 'yarn-per-job', '-d', '-p', '2', '-Dstate.storage.fs.memory-threshold=0'];
  const submitted = await cluster.weft(...run, job.program, ...job.args);
  const jobId = jobIdIn(submitted.stdout);
  const folder = join(cluster.home, 'checkpoints', jobId);
  const complete = (): number[] =>
    readdirSync(folder)
      .filter((name) => existsSync(join(folder, name, '_metadata')))
      .map((name) => Number(name.slice('chk-'.length)))
      .toSorted((a, b) => b - a);
  const latest = await until('two checkpoints', () => {
    const ids = existsSync(folder) ? complete() : [];
    return ids.length >= 2 && ids[0] >= 3 ? ids[0] : undefined;
  });
  const chk = join(folder, `chk-${latest}`);
  for (const name of readdirSync(chk).filter((file) => file !== '_metadata')) {
    const content = readFileSync(join(chk, name));
    content[content.length >> 1] ^= 1;
    writeFileSync(join(chk, name), content);
  }
  cluster.kill('taskmanager');
  const manager = await cluster.jobManager();
  await until('a restore from the one before', async () => {
    const { latest: shown } = await getJson<{ latest: { restored: { id: number } | null } }>(
      `${manager}/jobs/${jobId}/checkpoints`,
    );
    return shown.restored?.id === latest - 1;
  });
  const { exceptionHistory } = await getJson<{ exceptionHistory: { entries: { stacktrace: string }[] } }>(
    `${manager}/jobs/${jobId}/exceptions`,
  );
  t.true(exceptionHistory.entries.some(({ stacktrace }) => stacktrace.includes(chk) && /damaged/.test(stacktrace)));
  await until('the job to end', async () => (await cluster.status()).applications[0].state === 'FINISHED');
  t.deepEqual(miscounted(job), []);
});

test('a folder that cannot be written fails checkpoints, and a job that may have no failures, with its name', async (t) => {
  const cluster = TestCluster.prepare(t);
  const job = steadyJob(cluster.home, 100_000, 100);
  writeFileSync(join(cluster.home, 'in-the-way'), '');
  const folder = join(cluster.home, 'in-the-way', 'checkpoints');
  const options = [
    `-Dstate.checkpoints.dir=${folder}`,
    '-Drestart-strategy=none',
    '-Dstate.storage.fs.memory-threshold=0',
  ];
  const { code, stderr } = await cluster.weft('run', '-t', 'local', ...options, job.program, ...job.args);
  t.is(code, 1);
  t.regex(stderr, /no more than 0 in a row may fail/);
  t.true(stderr.includes(folder), stderr);
});
