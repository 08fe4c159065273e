/** A job under kill -9 of all roles: its output is that of an undisturbed run. */
import { cpSync, existsSync } from 'node:fs';
import test from 'ava';
import { TestCluster, jobIdIn } from './kit/cluster.js';
import { chaos } from './kit/chaos.js';
import { miscounted, steadyJob } from './kit/steady-job.js';
import { until } from './kit/until.js';
import { outputLines } from './kit/word-count.js';

const KILLS = 20;
const STEP = 300;

test('20 kills of TaskManagers, JobManager, AppMaster and NodeManagers: every record counts once', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 2, yarnSite: { 'yarn.resourcemanager.am.max-attempts': '100' } });
  const job = steadyJob(cluster.home, 2 * KILLS * STEP, 100);
  const run = ['run', '-t', 'yarn-per-job', '-d', '-p', '2', '-Dyarn.application-attempts=100'];
  const submitted = await cluster.weft(...run, job.program, ...job.args);
  t.is(submitted.code, 0, submitted.stderr);
  const jobId = jobIdIn(submitted.stdout);
  const progress = (): number => (existsSync(job.output) ? outputLines(job.output).length : 0);
  const killed = await chaos(cluster, { seed: 7, kills: KILLS, progress, step: STEP, ended: () => false }).catch((e: unknown) => { cpSync(cluster.home, '/tmp/ckpt/failed', { recursive: true }); throw e; });
  t.log(killed.join(' '));
  await until('the job to end', async () => (await cluster.status()).applications[0].state === 'FINISHED', 60_000);
  t.is((await cluster.status()).applications[0].finalStatus, 'SUCCEEDED', jobId);
  t.deepEqual(miscounted(job), { missing: [], repeated: [] });
});
