import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { BlobStore } from '../../../runtime/common/blobs/blob-store.js';
import { WeftError, hasCode } from '../../../runtime/common/errors/index.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { FileJobStore } from '../../../runtime/jobmanager/job-store.js';
import { bench, jobGraph, settle, type Bench, type FakeTaskManager } from './support.js';

const FIXED_DELAY = { type: 'fixed-delay', attempts: 2, delayMs: 1000 } as const;
const JOB = '1'.repeat(32);

async function submit(it: Bench, graph = jobGraph()): Promise<void> {
  await it.jobManager.submit(graph);
  await settle();
}

async function reportAll(workers: FakeTaskManager[], state: Parameters<FakeTaskManager['report']>[1]): Promise<void> {
  for (const worker of workers) worker.report(JOB, state);
  await settle();
}

test('a job deploys into the slots, runs and finishes', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await submit(it);
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.state, 'RUNNING');
  t.deepEqual(
    worker.submitted.map(({ slot, tasks }) => [slot, tasks.length]),
    [
      [0, 2],
      [1, 2],
    ],
  );
  t.deepEqual(worker.started, [0, 1]);
  t.true(job.allExecutions().every(({ state }) => state === 'INITIALIZING'));
  await reportAll([worker], 'RUNNING');
  t.true(job.allExecutions().every(({ state }) => state === 'RUNNING'));
  t.is(it.jobManager.pool.freeSlots, 0);
  await reportAll([worker], 'FINISHED');
  t.is(job.state, 'FINISHED');
  t.is(it.jobManager.pool.freeSlots, 2);
  t.deepEqual(
    it.ended.map(({ jobId }) => jobId),
    [JOB],
  );
});

test('tasks learn their channels with the places of their peers', async (t) => {
  const it = await bench();
  await it.taskManager('tm1', 1);
  const second = await it.taskManager('tm2', 1);
  await submit(it);
  const sink = second.submitted[0]?.tasks.find(({ inputs }) => inputs.length > 0);
  t.deepEqual(
    sink?.inputs[0]?.channels.map(({ channelId, peer }) => [channelId, peer.resourceId, peer.data.port]),
    [
      ['aa-bb-0:0-1', 'tm1', 40_001],
      ['aa-bb-0:1-1', 'tm2', 40_002],
    ],
  );
});

test('a job without slots waits, says so, asks for workers, and runs when they come', async (t) => {
  const it = await bench();
  await submit(it, jobGraph({ parallelism: 3 }));
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(it.provider.wanted, 2);
  t.is(job.waitingFor, 'waiting for 3 slots (0 of 0 free), 2 more TaskManagers asked for');
  it.jobManager.workersPending('queue default is full');
  t.regex(job.waitingFor ?? '', /\(queue default is full\)$/);
  const first = await it.taskManager('tm1');
  t.is(first.submitted.length, 0);
  const second = await it.taskManager('tm2');
  t.is(first.submitted.length + second.submitted.length, 3);
  t.is(job.waitingFor, undefined);
});

test('a job that gets no slots in time fails with the numbers', async (t) => {
  const it = await bench({ properties: { 'slot.request.timeout': '5 s' } });
  await submit(it);
  it.jobManager.workersPending('no node has 1024 MB free');
  it.clock.advance(5000);
  await settle();
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.state, 'FAILED');
  const { error } = job.failures.latest!.root;
  t.is(error.code, 'SLOTS_NOT_AVAILABLE');
  t.regex(error.message, /0 of 0 free.*no node has 1024 MB free/);
  t.is(it.provider.wanted, 0);
});

test('a failure without a restart strategy fails the job with its root cause, after the others were cancelled', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await submit(it);
  await reportAll([worker], 'RUNNING');
  const [broken, ...others] = worker.tasks(JOB);
  worker.report(JOB, 'FAILED', [broken], new TypeError('x is undefined'));
  await settle();
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.state, 'FAILING');
  t.deepEqual(worker.cancelled, [{ jobId: JOB, slots: [0, 1] }]);
  worker.report(JOB, 'CANCELED', others);
  await settle();
  t.is(job.state, 'FAILED');
  t.is(job.failures.latest?.root.taskName, 'Source: Lines -> Split (1/2) - execution #0');
  t.regex(it.jobManager.dispatcher.resultOf(JOB)?.diagnostics ?? '', /x is undefined/);
});

test('fixed delay restarts the whole job in its slots, as often as allowed', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await submit(it, jobGraph({ restartStrategy: FIXED_DELAY }));
  const job = it.jobManager.dispatcher.get(JOB);
  for (const attempt of [0, 1]) {
    await reportAll([worker], 'RUNNING');
    const [broken, ...others] = worker.tasks(JOB);
    worker.report(JOB, 'FAILED', [broken], new Error(`attempt ${attempt}`));
    await settle();
    t.is(job.state, 'RESTARTING');
    worker.report(JOB, 'CANCELED', others);
    await settle();
    it.clock.advance(999);
    t.is(job.state, 'RESTARTING');
    it.clock.advance(1);
    await settle();
    t.is(job.state, 'RUNNING');
    t.is(job.attempt, attempt + 1);
  }
  await reportAll([worker], 'RUNNING');
  const [broken, ...others] = worker.tasks(JOB);
  worker.report(JOB, 'FAILED', [broken], new Error('attempt 2'));
  worker.report(JOB, 'CANCELED', others);
  await settle();
  t.is(job.state, 'FAILED');
  const messages = job.failures.list().entries.map(({ root }) => root.error.message);
  t.deepEqual(messages, ['attempt 2', 'attempt 1', 'attempt 0']);
});

test('a restart waits until the old tasks have ended', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await submit(it, jobGraph({ restartStrategy: FIXED_DELAY }));
  await reportAll([worker], 'RUNNING');
  const [broken, ...others] = worker.tasks(JOB);
  worker.report(JOB, 'FAILED', [broken], new Error('boom'));
  await settle();
  it.clock.advance(1000);
  await settle();
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.state, 'RESTARTING');
  worker.report(JOB, 'CANCELED', others);
  await settle();
  t.is(job.state, 'RUNNING');
});

test('reports of an older attempt are ignored', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await submit(it, jobGraph({ restartStrategy: { ...FIXED_DELAY, delayMs: 0 } }));
  const old = worker.tasks(JOB);
  worker.report(JOB, 'FAILED', [old[0]], new Error('boom'));
  worker.report(JOB, 'CANCELED', old.slice(1));
  await settle();
  it.clock.advance(0);
  await settle();
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.attempt, 1);
  worker.session.notify('taskStates', {
    jobId: JOB,
    jobAttempt: 0,
    changes: [{ executionId: old[0].executionId, state: 'FAILED', timeMs: 0 }],
  });
  worker.session.notify('taskStates', {
    jobId: JOB,
    jobAttempt: 1,
    changes: [{ executionId: old[0].executionId, state: 'FAILED', timeMs: 0 }],
  });
  await settle();
  t.is(job.state, 'RUNNING');
});

test('a slot that cannot build its tasks fails the job with the reason', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  worker.refuseNext = new WeftError('BLOB_CORRUPT', 'The file was changed on the way.');
  await submit(it);
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.state, 'FAILING');
  t.is(job.failures.latest?.root.error.code, 'BLOB_CORRUPT');
  t.deepEqual(worker.started, []);
  worker.report(JOB, 'CANCELED');
  await settle();
  t.is(job.state, 'FAILED');
});

test('a TaskManager whose connection breaks has a short grace, then its job restarts on another one', async (t) => {
  const it = await bench();
  const first = await it.taskManager('tm1');
  await submit(it, jobGraph({ restartStrategy: { ...FIXED_DELAY, delayMs: 0 } }));
  await reportAll([first], 'RUNNING');
  const spare = await it.taskManager('tm2');
  const job = it.jobManager.dispatcher.get(JOB);
  it.jobManager.taskManagerDisconnected(first.peer);
  it.clock.advance(199);
  t.is(job.state, 'RUNNING');
  it.clock.advance(1);
  await settle();
  t.is(job.state, 'RUNNING');
  t.is(job.attempt, 1);
  t.is(spare.submitted.length, 2);
  const { root, concurrent } = job.failures.latest!;
  t.is(root.error.code, 'TASKMANAGER_LOST');
  t.is(root.place?.resourceId, 'tm1');
  t.deepEqual(concurrent, []);
});

test('a connection that resumes within the grace costs nothing', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await submit(it);
  it.jobManager.taskManagerDisconnected(worker.peer);
  it.clock.advance(150);
  it.jobManager.taskManagerResumed(worker.peer);
  it.clock.advance(500);
  t.is(it.jobManager.dispatcher.get(JOB).state, 'RUNNING');
});

test('the end of a container is acted on at once and explained', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await submit(it);
  await reportAll([worker], 'RUNNING');
  it.jobManager.workerTerminated('tm1', 'killed for memory: 1100 of 1024 MB');
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.state, 'FAILED');
  t.regex(job.failures.latest?.root.error.message ?? '', /killed for memory/);
});

test('peers that only noticed the loss do not hide it', async (t) => {
  const it = await bench();
  const first = await it.taskManager('tm1', 1);
  const second = await it.taskManager('tm2', 1);
  await submit(it);
  await reportAll([first, second], 'RUNNING');
  second.session.notify('taskStates', {
    jobId: JOB,
    jobAttempt: 0,
    changes: second.tasks(JOB).map(({ executionId }) => ({
      executionId,
      state: 'FAILED' as const,
      timeMs: 0,
      error: { code: 'EXCHANGE_PEER_LOST', message: 'the data connection broke', causes: [] },
    })),
  });
  await settle();
  it.jobManager.taskManagerDisconnected(first.peer);
  it.clock.advance(200);
  await settle();
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.state, 'FAILED');
  t.is(job.failures.latest?.root.error.code, 'TASKMANAGER_LOST');
  t.is(job.failures.latest?.concurrent.length, 1);
  it.jobManager.workerTerminated('tm1', 'signal SIGKILL');
  t.regex(it.jobManager.dispatcher.resultOf(JOB)?.diagnostics ?? '', /SIGKILL/);
});

test('silence past the timeout is a verdict', async (t) => {
  const it = await bench({ properties: { 'heartbeat.timeout': '3 s' } });
  const worker = await it.taskManager('tm1');
  await submit(it);
  for (let second = 0; second < 5; second++) {
    void worker.heartbeat();
    await settle();
    it.clock.advance(1000);
  }
  t.is(it.jobManager.dispatcher.get(JOB).state, 'RUNNING');
  it.clock.advance(4000);
  t.is(it.jobManager.dispatcher.get(JOB).state, 'FAILED');
  t.deepEqual(it.provider.released, ['tm1']);
});

test('cancel ends a running job, and one that waits, and one that pauses before a restart', async (t) => {
  const running = await bench();
  const worker = await running.taskManager('tm1');
  await submit(running);
  await reportAll([worker], 'RUNNING');
  const job = running.jobManager.dispatcher.get(JOB);
  job.cancel();
  t.is(job.state, 'CANCELLING');
  await settle();
  await reportAll([worker], 'CANCELED');
  t.is(job.state, 'CANCELED');
  t.is(running.jobManager.pool.freeSlots, 2);
  t.notThrows(() => {
    job.cancel();
  });

  const waiting = await bench();
  await submit(waiting);
  waiting.jobManager.dispatcher.get(JOB).cancel();
  await settle();
  t.is(waiting.jobManager.dispatcher.get(JOB).state, 'CANCELED');
  t.is(waiting.provider.wanted, 0);

  const pausing = await bench();
  const third = await pausing.taskManager('tm1');
  await submit(pausing, jobGraph({ restartStrategy: FIXED_DELAY }));
  const [broken, ...others] = third.tasks(JOB);
  third.report(JOB, 'FAILED', [broken], new Error('boom'));
  third.report(JOB, 'CANCELED', others);
  await settle();
  pausing.jobManager.dispatcher.get(JOB).cancel();
  t.is(pausing.jobManager.dispatcher.get(JOB).state, 'CANCELED');
  pausing.clock.advance(5000);
  t.is(pausing.jobManager.dispatcher.get(JOB).state, 'CANCELED');
});

test('jobs share the slots; one that finds none waits for its turn', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1', 3);
  const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];
  await submit(it, jobGraph({ jobId: a }));
  await submit(it, jobGraph({ jobId: b }));
  await submit(it, jobGraph({ jobId: c, parallelism: 1 }));
  t.regex(it.jobManager.dispatcher.get(b).waitingFor ?? '', /^waiting for 2 slots \(1 of 3 free\)/);
  t.regex(it.jobManager.dispatcher.get(c).waitingFor ?? '', /behind 1 other job/);
  worker.report(a, 'FINISHED');
  await settle();
  t.is(it.jobManager.dispatcher.get(b).waitingFor, undefined);
  t.is(it.jobManager.dispatcher.get(c).waitingFor, undefined);
});

test('idle TaskManagers are given back after the timeout, busy ones are not', async (t) => {
  const it = await bench({
    properties: { 'resourcemanager.taskmanager-timeout': '10 s', 'heartbeat.timeout': '1 h' },
  });
  const worker = await it.taskManager('tm1');
  await submit(it);
  const idle = await it.taskManager('tm2');
  it.clock.advance(9000);
  t.deepEqual(it.provider.released, []);
  it.clock.advance(2000);
  await settle();
  t.deepEqual(it.provider.released, ['tm2']);
  t.true(idle.shutdown);
  t.is(it.provider.wanted, 1);
  worker.report(JOB, 'FINISHED');
  await settle();
  it.clock.advance(11_000);
  t.deepEqual(it.provider.released, ['tm2', 'tm1']);
});

test('a JobManager that is started anew finds its job and runs it with a higher attempt', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-ha-'));
  const blobs = new BlobStore(join(folder, 'blobs'));
  const first = await bench({ store: new FileJobStore(folder, silentLogger()), blobs });
  const former = await first.taskManager('tm1');
  await submit(first);
  first.jobManager.stop();
  former.peer.close();

  const second = await bench({ store: new FileJobStore(folder, silentLogger()), blobs });
  await second.jobManager.recover();
  await settle();
  t.is(second.provider.wanted, 1);
  const worker = await second.taskManager('tm1');
  t.deepEqual(
    worker.submitted.map(({ jobAttempt }) => jobAttempt),
    [1, 1],
  );
  await reportAll([worker], 'FINISHED');
  t.is(second.jobManager.dispatcher.get(JOB).state, 'FINISHED');

  const third = await bench({ store: new FileJobStore(folder, silentLogger()), blobs });
  await third.jobManager.recover();
  t.deepEqual(third.jobManager.dispatcher.list(), []);
  await submit(third);
  t.deepEqual(third.jobManager.dispatcher.list(), [], 'a job that has ended is not run a second time');
  t.is(third.jobManager.dispatcher.resultOf(JOB)?.state, 'FINISHED');
});

test('submission is idempotent and refuses what it cannot run', async (t) => {
  const it = await bench();
  await submit(it);
  t.is(await it.jobManager.submit(jobGraph()), JOB);
  t.is(it.jobManager.dispatcher.list().length, 1);
  await t.throwsAsync(it.jobManager.submit({ jobId: 'x' }), { message: /The job graph: .*jobId/ });
  const missing = jobGraph({ jobId: '2'.repeat(32) });
  missing.program.files.push({ path: 'data.txt', sha256: '0'.repeat(64), sizeBytes: 1 });
  const error = await t.throwsAsync(it.jobManager.submit(missing));
  t.true(hasCode(error, 'BLOB_NOT_FOUND'));
});

test('registration and first heartbeat leave the events of steps 7 and 8', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await worker.heartbeat();
  await worker.heartbeat();
  const events = it.jobManager.takeEvents();
  t.deepEqual(
    events.map(({ step }) => step),
    [7, 8],
  );
  t.like(events[0]?.detail, { taskManager: 'tm1', slots: 2, memoryMb: 1024 });
});

test('a TaskManager whose container was given up cannot come back', async (t) => {
  const it = await bench();
  const ended = await it.taskManager('tm1');
  it.jobManager.workerTerminated('tm1', 'its node was not heard of');
  const silent = await it.taskManager('tm2');
  it.clock.advance(30_000);
  await settle();
  t.deepEqual(it.provider.released, ['tm2']);
  for (const { resourceId } of [ended, silent]) {
    await t.throwsAsync(it.taskManager(resourceId), { message: /was given up/ });
    t.is(it.jobManager.taskManagers.get(resourceId), undefined);
  }
  t.is(it.jobManager.pool.totalSlots, 0);
});

test('a task that blocks its thread is named while it does', async (t) => {
  const it = await bench();
  const worker = await it.taskManager('tm1');
  await submit(it);
  await reportAll([worker], 'RUNNING');
  const [{ executionId }] = worker.tasks(JOB);
  const figures = { recordsIn: 0, recordsOut: 0, bytesIn: 0, bytesOut: 0, busyMs: 0, backPressuredMs: 0, idleMs: 0 };
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.blocked, undefined);
  await worker.heartbeat([{ executionId, ...figures, blockedMs: 1200 }]);
  t.regex(job.blocked ?? '', /^held up: ".+ \(1\/\d\).*" has blocked its thread for over a second$/);
  await worker.heartbeat([{ executionId, ...figures }]);
  t.is(job.blocked, undefined);
});
