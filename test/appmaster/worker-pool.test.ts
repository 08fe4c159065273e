import test from 'ava';
import { StartFailures } from '../../appmaster/workers/start-failures.js';
import { WorkerPool, type WorkerEffect } from '../../appmaster/workers/worker-pool.js';
import type { AllocatedContainer, ExitReason } from '../../runtime/common/wire/protocols/index.js';

const container = (id: string, nodeId = 'node1:1'): AllocatedContainer => ({
  containerId: id,
  nodeId,
  nodeHttpAddress: 'http://127.0.0.1:1',
  resource: { memoryMb: 1024, vcores: 1 },
  priority: 1,
  token: 't',
});
const exit = (kind: ExitReason['kind'], diagnostics = 'gone'): ExitReason => ({ kind, exitStatus: 1, diagnostics });
const pool = (maxFailures = 10, pauseMs = 3000): WorkerPool => new WorkerPool(new StartFailures(maxFailures, pauseMs));
const kinds = (effects: readonly WorkerEffect[]): string[] =>
  effects.map((effect) => (effect.kind === 'ask' ? `ask ${effect.count}` : effect.kind));

test('asks for what is missing and starts what it gets', (t) => {
  const workers = pool();
  t.deepEqual(workers.want(2, 0), [{ kind: 'ask', count: 2 }]);
  t.deepEqual(workers.want(2, 0), [], 'the same wish again changes nothing');
  t.deepEqual(workers.allocated([container('a')], 0), [{ kind: 'start', container: container('a') }]);
  t.is(workers.outstanding, 1);
  t.deepEqual(kinds(workers.allocated([container('b')], 0)), ['start']);
  t.is(workers.outstanding, 0);
  t.deepEqual(workers.activeIds, ['a', 'b']);
});

test('an ask replaces the one before', (t) => {
  const workers = pool();
  workers.want(2, 0);
  workers.allocated([container('a')], 0);
  t.deepEqual(workers.want(5, 0), [{ kind: 'ask', count: 4 }]);
  t.deepEqual(workers.want(1, 0), [{ kind: 'ask', count: 0 }]);
});

test('gives back containers that nobody wants', (t) => {
  const workers = pool();
  workers.want(1, 0);
  t.deepEqual(kinds(workers.allocated([container('a'), container('b')], 0)), ['start', 'release']);
  t.deepEqual(workers.allocated([container('a')], 0), [], 'a repeated word of the same container');
  t.deepEqual(workers.heldIds, ['a']);
});

test('replaces a TaskManager that ended, and says so once', (t) => {
  const workers = pool();
  workers.want(1, 0);
  workers.allocated([container('a')], 0);
  workers.launched('a');
  workers.registered('a');
  t.deepEqual(workers.completed('a', exit('signal', 'killed by SIGKILL'), 0), [
    { kind: 'terminated', resourceId: 'a', diagnostics: 'killed by SIGKILL' },
    { kind: 'settle', untilMs: 150 },
  ]);
  t.deepEqual(workers.completed('a', exit('signal'), 0), []);
  t.deepEqual(workers.resume(150), [{ kind: 'ask', count: 1 }]);
});

test('the loss of a TaskManager does not bring two, when the JobManager noticed it first', (t) => {
  const workers = pool();
  workers.want(1, 0);
  workers.allocated([container('a')], 0);
  workers.registered('a');
  t.deepEqual(workers.want(2, 0), [{ kind: 'ask', count: 1 }], 'one more, as the lost one still counts');
  t.deepEqual(kinds(workers.completed('a', exit('signal'), 1)), ['terminated', 'settle']);
  t.deepEqual(workers.want(1, 2), [], 'now it does not count any more');
  t.deepEqual(workers.resume(151), []);
});

test('the JobManager need not wait for the moment that it is given', (t) => {
  const workers = pool();
  workers.want(1, 0);
  workers.allocated([container('a')], 0);
  workers.registered('a');
  workers.completed('a', exit('signal'), 0);
  workers.want(0, 1);
  t.deepEqual(workers.want(1, 2), [{ kind: 'ask', count: 1 }]);
});

test('one that was given back is stopped and not replaced', (t) => {
  const workers = pool();
  workers.want(2, 0);
  workers.allocated([container('a'), container('b')], 0);
  t.deepEqual(kinds(workers.giveBack('a', 'idle', 0)), ['stop']);
  t.is(workers.wantedCount, 1);
  t.deepEqual(workers.giveBack('a', 'idle', 0), [], 'a repeated message');
  t.deepEqual(workers.heldIds, ['a', 'b'], 'held until its end is heard');
  t.deepEqual(workers.completed('a', exit('stopped'), 0), []);
  t.deepEqual(workers.heldIds, ['b']);
});

test('a start that failed is reported and tried again elsewhere', (t) => {
  const workers = pool();
  workers.want(1, 0);
  workers.allocated([container('a')], 0);
  t.deepEqual(kinds(workers.startFailed('a', 'no such file', 0)), ['stop', 'terminated', 'ask 1']);
  t.deepEqual(workers.startFailed('a', 'again', 0), []);
});

test('too many failed starts within a minute pause the asking', (t) => {
  const workers = pool(2, 3000);
  workers.want(1, 0);
  const fail = (id: string, nowMs: number): string[] => {
    workers.allocated([container(id)], nowMs);
    workers.launched(id);
    return kinds(workers.completed(id, exit('exit-code'), nowMs));
  };
  t.deepEqual(fail('a', 0), ['terminated', 'ask 1']);
  t.deepEqual(fail('b', 10), ['terminated', 'ask 1']);
  t.deepEqual(fail('c', 20), ['terminated', 'pause'], 'nothing is outstanding and nothing asked');
  t.deepEqual(workers.want(3, 1000), [], 'still paused');
  t.deepEqual(workers.resume(3020), [{ kind: 'ask', count: 3 }]);
});

test('failures that are not the fault of the TaskManager do not count, nor those after registration', (t) => {
  const workers = pool(1, 3000);
  workers.want(1, 0);
  for (const kind of ['node-lost', 'preempted'] as const) {
    workers.allocated([container(kind)], 0);
    t.deepEqual(kinds(workers.completed(kind, exit(kind), 0)), ['terminated', 'ask 1']);
  }
  for (const id of ['a', 'b', 'c']) {
    workers.allocated([container(id)], 0);
    workers.registered(id);
    t.deepEqual(kinds(workers.completed(id, exit('exit-code'), 0)), ['terminated', 'settle']);
    t.deepEqual(kinds(workers.resume(150)), ['ask 1']);
  }
});

test('failures older than a minute are forgotten', (t) => {
  const failures = new StartFailures(1, 1000);
  t.false(failures.record(0));
  t.false(failures.record(60_000));
  t.true(failures.record(60_001));
  t.true(failures.isPaused(61_000));
  t.false(failures.isPaused(61_001));
});

test('a restarted ResourceManager is asked anew', (t) => {
  const workers = pool();
  workers.want(3, 0);
  workers.allocated([container('a')], 0);
  t.deepEqual(workers.forgetAsks(0), [{ kind: 'ask', count: 2 }]);
});

test('TaskManagers of an earlier attempt are kept and wanted', (t) => {
  const workers = pool();
  t.deepEqual(workers.adopt([container('a'), container('b', 'node2:1')], 0), []);
  t.is(workers.wantedCount, 2);
  t.deepEqual(workers.want(3, 0), [{ kind: 'ask', count: 1 }]);
  t.deepEqual(workers.on('node2:1'), ['b']);
});

test('the end of the application stops everything and asks for nothing', (t) => {
  const workers = pool();
  workers.want(3, 0);
  workers.allocated([container('a'), container('b')], 0);
  t.deepEqual(kinds(workers.stopAll('done', 0)), ['stop', 'stop', 'ask 0']);
  t.deepEqual(kinds(workers.allocated([container('c')], 0)), ['release']);
});
