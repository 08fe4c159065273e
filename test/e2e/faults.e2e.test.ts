/**
 * kill -9 of every role, one at a time, under an endless, rate-limited job with a fixed-delay restart strategy. Each death
 * is noticed by its broken connection and mended by the one that owns the role; the job goes on.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readJson, type RoleRecord } from '../../runtime/common/home.js';
import { EXAMPLES, TestCluster, getJson, jobIdIn, type Role } from './kit/cluster.js';
import { until } from './kit/until.js';
import { outputLines } from './kit/word-count.js';

const ENDLESS = join(EXAMPLES, 'endless.ts');

interface Drill {
  cluster: TestCluster;
  jobId: string;
  applicationId: string;
  output: string;
  /** The job's own view. */
  job(): Promise<{ state: string }>;
}

async function drill(t: ExecutionContext, flags: string[] = [], nodes = 2): Promise<Drill> {
  const cluster = await TestCluster.start(t, { nodes });
  const output = join(cluster.home, 'out');
  const submitted = await cluster.weft(
    'run',
    '-t',
    'yarn-per-job',
    '-d',
    '-p',
    '2',
    ...flags,
    ENDLESS,
    '--rate',
    '200',
    '--output',
    output,
  );
  t.is(submitted.code, 0, submitted.stderr);
  const { applications } = await cluster.status();
  const result: Drill = {
    cluster,
    jobId: jobIdIn(submitted.stdout),
    applicationId: applications[0].id,
    output,
    job: async () => getJson(`${await cluster.jobManager()}/jobs/${result.jobId}`),
  };
  await untilOutputGrows(result);
  return result;
}

async function untilOutputGrows({ output }: Drill, timeoutMs = 20_000): Promise<void> {
  const count = (): number => (existsSync(output) ? outputLines(output).length : 0);
  // A job that restarts from the beginning replaces its output, so growth is seen from the smallest count on.
  let least = count();
  await until(
    'new output',
    () => {
      const now = count();
      least = Math.min(least, now);
      return now > least + 20;
    },
    timeoutMs,
  );
}

const pidsOf = (cluster: TestCluster, role: Role): number[] =>
  cluster
    .processes(role)
    .map(({ pid }) => pid)
    .sort();

test('a TaskManager dies: a new container takes its place and the job restarts', async (t) => {
  const d = await drill(t);
  const victim = d.cluster.kill('taskmanager');
  await until(
    'another TaskManager',
    () => d.cluster.processes('taskmanager').length >= 2 && !pidsOf(d.cluster, 'taskmanager').includes(victim),
  );
  await untilOutputGrows(d);
  t.is((await d.job()).state, 'RUNNING');
  const { exceptionHistory } = await getJson<{ exceptionHistory: { entries: { stacktrace: string }[] } }>(
    `${await d.cluster.jobManager()}/jobs/${d.jobId}/exceptions`,
  );
  t.regex(exceptionHistory.entries[0].stacktrace, /TaskManager|SIGKILL|container/);
});

test('the JobManager dies: it is started again and no TaskManager is lost', async (t) => {
  const d = await drill(t);
  const before = pidsOf(d.cluster, 'taskmanager');
  const victim = d.cluster.kill('jobmanager');
  await until('another JobManager', () => d.cluster.processes('jobmanager').some(({ pid }) => pid !== victim));
  await until('the job to run', async () => (await d.job()).state === 'RUNNING');
  await untilOutputGrows(d);
  t.deepEqual(pidsOf(d.cluster, 'taskmanager'), before);
});

test('the AppMaster dies: the next attempt starts it anew and takes its TaskManagers over', async (t) => {
  const d = await drill(t, ['-Dyarn.application-attempts=3']);
  const before = pidsOf(d.cluster, 'taskmanager');
  const victim = d.cluster.kill('appmaster');
  await until('another AppMaster', () => d.cluster.processes('appmaster').some(({ pid }) => pid !== victim));
  await until('the job to run', async () => (await d.job()).state === 'RUNNING');
  await untilOutputGrows(d);
  t.deepEqual(pidsOf(d.cluster, 'taskmanager'), before);
  t.is(d.cluster.processes('jobmanager').length, 1);
});

test('without attempts left the application fails with its cause', async (t) => {
  const d = await drill(t, ['-Dyarn.application-attempts=1']);
  d.cluster.kill('appmaster');
  const ended = await d.cluster.untilApplication(d.applicationId, 'FAILED');
  t.is(ended.finalStatus, 'FAILED');
  const report = (await d.cluster.weft('app', '-status', d.applicationId)).stdout;
  t.regex(report, /SIGKILL|137|signal/);
  await until('its TaskManagers to end', () => d.cluster.processes('taskmanager').length === 0);
});

test('a NodeManager dies: it is started again, re-adopts its containers, and nothing restarts', async (t) => {
  const d = await drill(t);
  const containers = (['appmaster', 'jobmanager', 'taskmanager'] as const).flatMap((role) => pidsOf(d.cluster, role));
  const victim = d.cluster.kill('nodemanager');
  await until(
    'another NodeManager',
    () => d.cluster.processes('nodemanager').length === 2 && !pidsOf(d.cluster, 'nodemanager').includes(victim),
  );
  await until('both nodes to be RUNNING', async () =>
    (await d.cluster.status()).nodeManagers.every(({ state }) => state === 'RUNNING'),
  );
  await untilOutputGrows(d);
  t.deepEqual(
    (['appmaster', 'jobmanager', 'taskmanager'] as const).flatMap((role) => pidsOf(d.cluster, role)),
    containers,
  );
  t.is((await d.cluster.weft('cancel', d.jobId)).code, 0);
  await d.cluster.untilApplication(d.applicationId, 'FINISHED');
});

test('the ResourceManager dies: no job stops, and new work starts after its restart', async (t) => {
  const d = await drill(t);
  const containers = (['appmaster', 'jobmanager', 'taskmanager'] as const).flatMap((role) => pidsOf(d.cluster, role));
  const victim = d.cluster.kill('resourcemanager');
  await until('another ResourceManager', () =>
    d.cluster.processes('resourcemanager').some(({ pid }) => pid !== victim),
  );
  await untilOutputGrows(d);
  await until('the application to be there again', async () =>
    (await d.cluster.status()).applications.some(({ id, state }) => id === d.applicationId && state === 'RUNNING'),
  );
  t.deepEqual(
    (['appmaster', 'jobmanager', 'taskmanager'] as const).flatMap((role) => pidsOf(d.cluster, role)),
    containers,
  );
  const words = await d.cluster.weft('run', '-t', 'yarn-per-job', join(EXAMPLES, 'word-count.ts'));
  t.is(words.code, 0, words.stderr);
  t.is((await d.cluster.weft('cancel', d.jobId)).code, 0);
  const ended = await d.cluster.untilApplication(d.applicationId, 'FINISHED');
  t.is(ended.finalStatus, 'KILLED');
});

test('a NodeManager that stays away: its containers stop themselves and are replaced elsewhere', async (t) => {
  const cluster = await TestCluster.start(t, {
    nodes: 2,
    yarnSite: { 'yarn.nm.liveness-monitor.expiry-interval-ms': '1500' },
  });
  const output = join(cluster.home, 'out');
  const submitted = await cluster.weft(
    'run',
    '-t',
    'yarn-per-job',
    '-d',
    '-p',
    '2',
    '-Dyarn.application-attempts=5',
    ENDLESS,
    '--rate',
    '200',
    '--output',
    output,
  );
  const d: Drill = {
    cluster,
    jobId: jobIdIn(submitted.stdout),
    applicationId: (await cluster.status()).applications[0].id,
    output,
    job: async () => getJson(`${await cluster.jobManager()}/jobs/${d.jobId}`),
  };
  await untilOutputGrows(d);
  // The supervisor must not bring it back: it is stopped first, then the node that runs the TaskManagers is killed.
  cluster.kill('supervisor');
  const node = cluster.processes('taskmanager')[0].environment['WEFT_NM_URL'];
  const doomed = cluster
    .processes()
    .filter(({ environment, command }) => environment['WEFT_NM_URL'] === node && !command.startsWith('/bin/sh'));
  const record = [0, 1, 2]
    .map((index) => readJson<RoleRecord>(join(cluster.home, 'cluster', `nodemanager-${index}.json`)))
    .find((candidate) => candidate?.url === node);
  cluster.kill('nodemanager', ({ pid }) => pid === record?.pid);
  await until(
    'its containers to stop themselves',
    () => doomed.every(({ pid }) => cluster.processes().every((other) => other.pid !== pid)),
    15_000,
  );
  await until('the job to run elsewhere', async () => (await d.job()).state === 'RUNNING');
  await untilOutputGrows(d, 30_000);
  t.pass();
});

test('without a restart strategy a lost TaskManager fails the job with its root cause', async (t) => {
  const cluster = await TestCluster.start(t);
  const program = join(cluster.home, 'fragile.ts');
  writeFileSync(
    program,
    `import { StreamExecutionEnvironment, type SourceContext } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env
  .addSource(async (context: SourceContext<number>) => {
    for (let n = 0; !context.isCancelled; n++) {
      await context.collect(n);
      await context.sleep(5);
    }
  })
  .print();
await env.execute('fragile');
`,
  );
  const attached = cluster.spawn('weft', ['run', '-t', 'yarn-per-job', program]);
  const jobId = await until('the submission', () => jobIdIn(attached.output()));
  await cluster.untilJob(await cluster.jobManager(), jobId, 'RUNNING');
  const application = (await cluster.status()).applications[0].id;
  cluster.kill('taskmanager');
  const { code, stderr } = await attached.ended;
  t.is(code, 1);
  t.regex(stderr, /TaskManager|SIGKILL/);
  const ended = await cluster.untilApplication(application, 'FINISHED');
  t.is(ended.finalStatus, 'FAILED');
  t.regex((await cluster.weft('app', '-status', application)).stdout, /TaskManager|SIGKILL/);
});
