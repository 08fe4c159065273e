/** Of a job of two pipelines only the one that failed restarts. */
import test, { type ExecutionContext } from 'ava';
import type { TaskDescriptor } from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import type { JobMaster } from '../../../runtime/jobmanager/job/job-master.js';
import { bench, edge, jobGraph, settle, vertex, type Bench, type FakeTaskManager } from './support.js';

const JOB = '1'.repeat(32);
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(32)) as [string, string, string, string];
const RESTARTS = { type: 'fixed-delay', attempts: 1, delayMs: 1000 } as const;

function pipelines(group = 'default', restartStrategy: Parameters<typeof jobGraph>[0] = { restartStrategy: RESTARTS }) {
  return jobGraph({
    ...restartStrategy,
    vertices: [
      vertex(A, 'a', 2, [1]),
      vertex(B, 'b', 2, [2]),
      vertex(C, 'c', 2, [3], group),
      vertex(D, 'd', 2, [4], group),
    ],
    edges: [edge(A, B, 'HASH', 'ALL_TO_ALL'), edge(C, D, 'HASH', 'ALL_TO_ALL')],
  });
}

async function running(it: Bench, workers: FakeTaskManager[], graph = pipelines()): Promise<JobMaster> {
  await it.jobManager.submit(graph);
  await settle();
  for (const worker of workers) worker.report(JOB, 'RUNNING');
  await settle();
  return it.jobManager.dispatcher.get(JOB);
}

const first = (tasks: TaskDescriptor[]): TaskDescriptor[] => tasks.filter(({ vertexId }) => [A, B].includes(vertexId));

function attempts(job: JobMaster): Record<string, number[]> {
  return Object.fromEntries(job.jobGraph.vertices.map((it) => [it.name, job.executionsOf(it).map((e) => e.attempt)]));
}

async function pauseOver(it: Bench): Promise<void> {
  it.clock.advance(1000);
  await settle();
}

test('regions that share slots have threads of their own there; the other one is not touched', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  const job = await running(it, [worker]);
  const parts = worker.submitted.map(({ slot, region, regionsInSlot, tasks }) => [
    ...[slot, region, regionsInSlot],
    tasks.map(({ vertexId }) => vertexId[0]).join(''),
  ]);
  t.deepEqual(parts.toSorted(), [
    [0, 0, 2, 'ab'],
    [0, 1, 2, 'cd'],
    [1, 0, 2, 'ab'],
    [1, 1, 2, 'cd'],
  ]);

  const [broken, ...others] = first(worker.tasks(JOB));
  worker.report(JOB, 'FAILED', [broken], new Error('boom'));
  await settle();
  t.is(job.state, 'RESTARTING');
  t.deepEqual(worker.cancelled, [{ jobId: JOB, slots: [0, 1], regions: [0] }]);
  worker.report(JOB, 'CANCELED', others);
  await settle();
  await pauseOver(it);
  t.is(job.state, 'RUNNING');
  t.deepEqual(attempts(job), { a: [1, 1], b: [1, 1], c: [0, 0], d: [0, 0] });
  t.true(job.executionsOf({ id: C, parallelism: 2 }).every(({ state }) => state === 'RUNNING'));
  t.deepEqual(first(worker.tasks(JOB)).length, 4);
  t.is(worker.tasks(JOB).length, 4, 'only what failed is deployed again');
});

test('a lost TaskManager is one failure, whatever regions it hits', async (t) => {
  const it = await bench();
  const [lost, other] = [await it.taskManager('tm1', 1), await it.taskManager('tm2', 1)];
  const job = await running(it, [lost, other]);
  it.jobManager.taskManagerDisconnected(lost.peer);
  it.clock.advance(200);
  await settle();
  t.is(job.state, 'RESTARTING');
  t.is(job.failures.list().entries.length, 1);
  t.deepEqual(other.cancelled, [{ jobId: JOB, slots: [0] }]);
});

test('a TaskManager that has one region only takes only that one with it', async (t) => {
  const it = await bench();
  const workers = await Promise.all(['tm1', 'tm2'].map((name) => it.taskManager(name)));
  const job = await running(it, workers, pipelines('apart'));
  const lost = workers.find(({ submitted }) => submitted.some(({ tasks }) => first(tasks).length > 0))!;
  const other = workers.find((worker) => worker !== lost)!;
  it.jobManager.taskManagerDisconnected(lost.peer);
  it.clock.advance(200);
  await settle();
  t.is(job.state, 'RESTARTING');
  t.deepEqual(other.cancelled, []);
  const fresh = await it.taskManager('tm3');
  await pauseOver(it);
  t.is(job.state, 'RUNNING');
  t.deepEqual(attempts(job), { a: [1, 1], b: [1, 1], c: [0, 0], d: [0, 0] });
  t.is(fresh.submitted.length, 2);
});

test('while a region waits for its restart another one fails: that counts for the strategy, and ends the job here', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  const job = await running(it, [worker]);
  const [broken] = first(worker.tasks(JOB));
  worker.report(JOB, 'FAILED', [broken], new Error('boom'));
  await settle();
  const [also] = worker.tasks(JOB).filter(({ vertexId }) => vertexId === C);
  worker.report(JOB, 'FAILED', [also], new Error('bang'));
  await settle();
  t.is(job.state, 'FAILING');
  const open = job.allExecutions().filter(({ terminal }) => !terminal);
  worker.report(
    JOB,
    'CANCELED',
    worker.tasks(JOB).filter(({ executionId }) => open.some((it) => it.executionId === executionId)),
  );
  await settle();
  t.is(job.state, 'FAILED');
  t.deepEqual(
    job.failures.list().entries.map(({ root }) => root.error.message),
    ['bang', 'boom'],
  );
});

test('both regions restart together when both failed', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  const graph = pipelines('default', { restartStrategy: { ...RESTARTS, attempts: 5 } });
  const job = await running(it, [worker], graph);
  const all = worker.tasks(JOB);
  worker.report(JOB, 'FAILED', first(all).slice(0, 1), new Error('boom'));
  await settle();
  worker.report(JOB, 'FAILED', all.filter(({ vertexId }) => vertexId === C).slice(0, 1), new Error('bang'));
  await settle();
  worker.report(
    JOB,
    'CANCELED',
    all.filter((task) => !job.allExecutions().some((e) => e.terminal && e.executionId === task.executionId)),
  );
  await settle();
  await pauseOver(it);
  t.is(job.state, 'RUNNING');
  t.deepEqual(attempts(job), { a: [1, 1], b: [1, 1], c: [1, 1], d: [1, 1] });
});

async function oneThread(t: ExecutionContext, it: Bench, graph = pipelines()): Promise<void> {
  const worker = await it.taskManager('tm1');
  await running(it, [worker], graph);
  t.deepEqual(
    worker.submitted.map(({ region, tasks }) => [region, tasks.length]),
    [
      [0, 4],
      [0, 4],
    ],
  );
}

test('with the strategy "full", and where nothing ever restarts, a slot is one thread', async (t) => {
  await oneThread(t, await bench({ properties: { 'jobmanager.execution.failover-strategy': 'full' } }));
  await oneThread(t, await bench(), pipelines('default', {}));
});
