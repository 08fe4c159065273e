/** Flink's paths on a running JobManager and YARN's on a running cluster answer as the originals were recorded to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TestCluster, getJson, jobIdIn, type ClusterStatus } from './kit/cluster.js';
import { golden, lacking } from './kit/golden.js';
import { until } from './kit/until.js';

/** Two vertices with a hash edge, endless, after one failure that it survives. */
const PROGRAM = `
import { RestartStrategies, RichParallelSourceFunction, StreamExecutionEnvironment } from 'weft-stream';

class Ticks extends RichParallelSourceFunction {
  async run(context) {
    if (this.getRuntimeContext().attemptNumber === 0) throw new RangeError('the first attempt fails');
    for (let n = 0; !context.isCancelled; n++) {
      await context.collect({ key: n % 10, count: 1 });
      await context.sleep(5);
    }
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.setRestartStrategy(RestartStrategies.fixedDelayRestart(10, '10 ms'));
env.addSource(new Ticks(), 'Ticks').keyBy((tick) => tick.key).sum('count').name('Sum')
  .addSink({ invoke() {} }).name('Nowhere');
await env.execute('Compat');
`;

/** A JVM tells about each of its garbage collectors; V8's are not told apart. */
const ONLY_OF_A_JVM = '$.metrics.garbageCollectors: empty';

interface Recorded {
  request: { method: string; path: string; body?: unknown };
  response: { status: number; body: unknown };
}

interface Running {
  cluster: TestCluster;
  manager: string;
  jobId: string;
}

/** A session with the job in it. */
async function startSession(t: ExecutionContext): Promise<Running> {
  const cluster = await TestCluster.start(t);
  const started = await cluster.yarnSession('-s', '2', '-nm', 'compat', '-d');
  t.is(started.code, 0, started.stderr);
  writeFileSync(join(cluster.home, 'job.mjs'), PROGRAM);
  const submitted = await cluster.weft('run', '-t', 'yarn-session', '-d', '-p', '2', 'job.mjs');
  t.is(submitted.code, 0, submitted.stderr);
  const jobId = jobIdIn(submitted.stdout);
  const manager = await cluster.jobManager();
  await until('all subtasks to run again and to report', async () => {
    const { vertices } = await getJson<Job>(`${manager}/jobs/${jobId}`);
    return vertices.every(({ status, metrics }) => status === 'RUNNING' && metrics['read-records-complete']);
  });
  return { cluster, manager, jobId };
}

interface Job {
  vertices: { id: string; status: string; metrics: Record<string, unknown> }[];
}

test('the JobManager answers on Flink’s paths with Flink’s fields', async (t) => {
  const { manager, jobId } = await startSession(t);
  const job = `/jobs/${jobId}`;
  const source = `${job}/vertices/${(await getJson<Job>(manager + job)).vertices[0].id}`;
  const { taskmanagers } = await getJson<{ taskmanagers: { id: string }[] }>(`${manager}/taskmanagers`);

  const same = async (path: string, name: string): Promise<void> => {
    const answer = await getJson<unknown>(manager + path);
    const lacks = lacking(golden('flink-golden', name), answer).filter((lack) => lack !== ONLY_OF_A_JVM);
    t.deepEqual(lacks, [], `${path} against ${name}.json`);
  };
  for (const [path, name] of [
    ['/overview', 'overview'],
    ['/config', 'config'],
    ['/jobs', 'jobs'],
    ['/jobs/overview', 'jobs-overview'],
    [job, 'job'],
    [`${job}/plan`, 'job-plan'],
    [`${job}/config`, 'job-config'],
    [`${job}/exceptions`, 'job-exceptions'],
    [`${job}/accumulators`, 'job-accumulators'],
    [`${job}/execution-result`, 'job-execution-result-running'],
    [source, 'vertex0'],
    [`${source}/subtasks/0`, 'vertex0-subtask0'],
    [`${source}/subtasktimes`, 'vertex0-subtasktimes'],
    [`${source}/taskmanagers`, 'vertex0-taskmanagers'],
    [`${source}/backpressure`, 'vertex0-backpressure'],
    ['/taskmanagers', 'taskmanagers'],
    [`/taskmanagers/${taskmanagers[0].id}`, 'taskmanager'],
  ]) {
    await same(path, name);
    await same(`/v1${path}`, name);
  }

  for (const [path, status, said] of [
    ['/jobs/xyz', 400, /Cannot resolve path parameter \(jobid\) from value "xyz"/],
    [`/jobs/${'0'.repeat(32)}`, 404, /Job 0{32} not found/],
    [`${job}/vertices/${'0'.repeat(32)}`, 404, /JobVertex 0{32} not found/],
    ['/nope', 404, /Unable to load requested file \/nope\./],
  ] as const) {
    const response = await fetch(manager + path);
    t.is(response.status, status, path);
    const { errors } = (await response.json()) as { errors: string[] };
    t.regex(errors.join('\n'), said);
  }

  const cancelled = await fetch(`${manager}${job}?mode=cancel`, { method: 'PATCH' });
  t.is(cancelled.status, 202);
  t.deepEqual(await cancelled.json(), {});
});

test('a program is uploaded, planned and run on Flink’s paths for jars', async (t) => {
  const cluster = await TestCluster.start(t);
  await cluster.yarnSession('-s', '2', '-d');
  const manager = await cluster.jobManager();
  const same = (name: string, answer: unknown): void => {
    t.deepEqual(lacking(golden('flink-golden', name), answer), [], name);
  };
  const form = new FormData();
  form.append('jarfile', new Blob([PROGRAM]), 'job.mjs');
  const uploaded: unknown = await (await fetch(`${manager}/jars/upload`, { method: 'POST', body: form })).json();
  same('jars-upload', uploaded);
  const jars = await getJson<{ files: { id: string }[] }>(`${manager}/jars`);
  same('jars', jars);
  const jar = `${manager}/jars/${jars.files[0].id}`;
  same('jars-plan', await getJson(`${jar}/plan?parallelism=2`));
  const run = (await (await fetch(`${jar}/run?parallelism=2`, { method: 'POST' })).json()) as { jobid: string };
  same('jars-run', run);
  await cluster.untilJob(manager, run.jobid, 'RUNNING');
  t.is((await fetch(jar, { method: 'DELETE' })).status, 200);
  t.deepEqual((await getJson<{ files: unknown[] }>(`${manager}/jars`)).files, []);
});

test('the ResourceManager and the NodeManagers answer on YARN’s paths with YARN’s fields', async (t) => {
  const { cluster } = await startSession(t);
  const { applications, nodeManagers } = await cluster.status();
  const { id } = applications[0];
  const manager = (await cluster.status()).resourceManager?.url ?? '';
  const app = `/ws/v1/cluster/apps/${id}`;

  /** @param path where Weft has what was recorded under another id */
  const same = async (base: string, name: string, path?: string): Promise<unknown> => {
    const { request, response } = golden('yarn-golden', name) as Recorded;
    const answer = await fetch(base + (path ?? request.path), {
      method: request.method,
      ...(request.body === undefined
        ? {}
        : { body: JSON.stringify(request.body), headers: { 'content-type': 'application/json' } }),
    });
    t.is(answer.status, response.status, `${name}: status`);
    const body: unknown = await answer.json();
    t.deepEqual(lacking(response.body, body), [], `${path ?? request.path} against ${name}.json`);
    if (response.status >= 400) {
      t.is(exceptionOf(body).exception, exceptionOf(response.body).exception, name);
      t.is(exceptionOf(body).javaClassName, exceptionOf(response.body).javaClassName, name);
    }
    return body;
  };

  for (const name of ['info', 'metrics', 'scheduler', 'nodes', 'apps', 'new-application']) await same(manager, name);
  await same(manager, 'node', `/ws/v1/cluster/nodes/${nodeManagers[0].nodeId}`);
  await same(manager, 'app-running', app);
  await same(manager, 'app-state', `${app}/state`);
  const { appAttempts } = (await same(manager, 'appattempts', `${app}/appattempts`)) as Attempts;
  const attempt = `${app}/appattempts/${appAttempts.appAttempt[0].appAttemptId}`;
  await same(manager, 'appattempt', attempt);
  await same(manager, 'appattempt-containers', `${attempt}/containers`);
  for (const name of ['app-unknown', 'app-malformed', 'node-unknown', 'apps-bad-state', 'submit-no-id']) {
    await same(manager, name);
  }
  await same(manager, 'state-put-bad', `${app}/state`);

  const [{ nodeHttpAddress, containerId }] = appAttempts.appAttempt;
  const node = `http://${nodeHttpAddress}`;
  for (const name of ['nm-info', 'nm-apps', 'nm-containers', 'nm-container-unknown']) await same(node, name);
  await same(node, 'nm-app', `/ws/v1/node/apps/${id}`);
  await same(node, 'nm-container', `/ws/v1/node/containers/${containerId}`);

  await same(manager, 'state-put-kill', `${app}/state`);
  const ended: ClusterStatus['applications'][number] = await cluster.untilApplication(id, 'KILLED');
  t.is(ended.finalStatus, 'KILLED');
  await same(manager, 'app-finished', app);
});

interface Attempts {
  appAttempts: { appAttempt: { appAttemptId: string; containerId: string; nodeHttpAddress: string }[] };
}

function exceptionOf(body: unknown): { exception?: string; javaClassName?: string } {
  return (body as { RemoteException?: object }).RemoteException ?? {};
}
