import test from 'ava';
import { ManualClock } from '../../../../runtime/common/clock.js';
import { WeftError } from '../../../../runtime/common/errors/index.js';
import type { CoordinatorSettings } from '../../../../runtime/jobmanager/checkpoint/checkpoint-settings.js';
import { CoordinatorRig, INTERVAL_MS, TIMEOUT_MS } from './coordinator-rig.js';

function started(settings: Partial<CoordinatorSettings> = {}): CoordinatorRig {
  const rig = new CoordinatorRig(new ManualClock(), settings);
  rig.coordinator.start();
  return rig;
}

const idsOf = (list: readonly { id: number }[]): number[] => list.map(({ id }) => id);

test('the first checkpoint begins between the pause and the interval, the next ones at the interval', (t) => {
  const rig = started();
  rig.clock.advance(INTERVAL_MS / 2 - 1);
  t.is(rig.triggered.length, 0);
  rig.clock.advance(1);
  t.deepEqual(idsOf(rig.triggered), [1]);
  rig.complete(1);
  rig.clock.advance(INTERVAL_MS);
  t.deepEqual(idsOf(rig.triggered), [1, 2]);
  t.deepEqual(idsOf(rig.completed), [1]);
});

test('a checkpoint counts only when all have answered and it was made to last', (t) => {
  const rig = started();
  rig.clock.advance(50);
  for (const task of rig.running.slice(1)) rig.answer(1, task);
  t.is(rig.finalizing.size, 0);
  rig.answer(1, rig.running[0]);
  rig.answer(1, rig.running[0]);
  t.deepEqual([...rig.finalizing], [1]);
  t.is(rig.completed.length, 0);
  rig.coordinator.finalized(1);
  t.deepEqual(idsOf(rig.completed), [1]);
});

test('while one is on its way the next waits, and begins at once behind it', (t) => {
  const rig = started();
  rig.clock.advance(50 + 2 * INTERVAL_MS);
  t.deepEqual(idsOf(rig.triggered), [1]);
  rig.complete(1);
  rig.clock.advance(0);
  t.deepEqual(idsOf(rig.triggered), [1, 2]);
});

test('the pause counts from the end of the one before', (t) => {
  const rig = started({ minPauseMs: 80, intervalMs: 100 });
  rig.clock.advance(90);
  t.deepEqual(idsOf(rig.triggered), [1]);
  rig.clock.advance(70);
  rig.complete(1);
  rig.clock.advance(79);
  t.deepEqual(idsOf(rig.triggered), [1]);
  rig.clock.advance(1);
  t.deepEqual(idsOf(rig.triggered), [1, 2]);
});

test('savepoints wait for nobody', async (t) => {
  const rig = started({ minPauseMs: 80 });
  rig.clock.advance(90);
  const savepoint = rig.coordinator.savepoint({ kind: 'savepoint', target: '/to' });
  t.deepEqual(idsOf(rig.triggered), [1, 2]);
  t.is(rig.triggered[1].target, '/to');
  rig.complete(2);
  t.is((await savepoint).id, 2);
  // It superseded nothing.
  t.deepEqual(idsOf(rig.coordinator.pendingCheckpoints), [1]);
});

test('unaligned: one follows the other, savepoints too', async (t) => {
  const rig = started({ unaligned: true });
  rig.clock.advance(50);
  const savepoints = ['/a', '/b'].map((target) => rig.coordinator.savepoint({ kind: 'savepoint', target }));
  t.deepEqual(idsOf(rig.triggered), [1]);
  rig.complete(1);
  t.deepEqual(idsOf(rig.triggered), [1, 2]);
  rig.clock.advance(INTERVAL_MS);
  rig.complete(2);
  t.deepEqual(idsOf(rig.triggered), [1, 2, 3]);
  rig.complete(3);
  rig.clock.advance(0);
  t.deepEqual(idsOf(rig.triggered), [1, 2, 3, 4]);
  t.is(rig.triggered[3].kind, 'checkpoint');
  t.deepEqual(idsOf(await Promise.all(savepoints)), [2, 3]);
});

test('unaligned: what waits is given up when the tasks end', async (t) => {
  const rig = started({ unaligned: true });
  rig.clock.advance(50);
  const savepoint = rig.coordinator.savepoint({ kind: 'savepoint', target: '/a' });
  rig.coordinator.stop(new WeftError('CHECKPOINT_ABORTED', 'over'));
  t.is((await t.throwsAsync(savepoint, { instanceOf: WeftError })).code, 'CHECKPOINT_ABORTED');
});

test('a completed checkpoint supersedes those that began before it', (t) => {
  const rig = started({ maxConcurrent: 2 });
  rig.clock.advance(50 + INTERVAL_MS);
  t.deepEqual(idsOf(rig.triggered), [1, 2]);
  rig.complete(2);
  t.deepEqual(idsOf(rig.aborted), [1]);
  t.is(rig.jobFailures.length, 0);
});

test('what takes too long fails, and one failure more in a row than tolerated fails the job', (t) => {
  const rig = started({ tolerableFailures: 1 });
  rig.clock.advance(50 + TIMEOUT_MS);
  t.is(rig.reasons[0]?.code, 'CHECKPOINT_EXPIRED');
  t.is(rig.jobFailures.length, 0);
  rig.clock.advance(INTERVAL_MS);
  rig.complete(2);
  rig.clock.advance(INTERVAL_MS);
  rig.coordinator.decline(3, 'e1', new WeftError('CHECKPOINT_FAILED', 'disk full'));
  t.is(rig.jobFailures.length, 0);
  rig.clock.advance(INTERVAL_MS);
  rig.coordinator.decline(4, 'e1', new WeftError('CHECKPOINT_FAILED', 'disk full'));
  t.is(rig.jobFailures[0]?.code, 'CHECKPOINT_FAILURES_EXCEEDED');
  t.regex(rig.jobFailures[0]?.message ?? '', /disk full/);
});

test('a failed savepoint is told to who asked, and is no failure of the job', async (t) => {
  const rig = started();
  const savepoint = rig.coordinator.savepoint({ kind: 'savepoint', target: '/to' });
  rig.coordinator.decline(1, 'e0', new WeftError('CHECKPOINT_FAILED', 'no'));
  await t.throwsAsync(savepoint, { message: 'no' });
  t.is(rig.jobFailures.length, 0);
});

test('a task that ends interrupts what waited for it; a savepoint begins anew without it', async (t) => {
  const rig = started();
  rig.clock.advance(50);
  const savepoint = rig.coordinator.savepoint({ kind: 'savepoint', target: '/to' });
  rig.finish(rig.running[0]);
  t.deepEqual(idsOf(rig.aborted), [1, 2]);
  t.is(rig.jobFailures.length, 0);
  t.deepEqual(
    rig.triggered[2].plan.finished.map(({ executionId }) => executionId),
    ['e0'],
  );
  rig.complete(3);
  t.is((await savepoint).id, 3);
  rig.clock.advance(50);
  t.is(rig.triggered.length, 4);
});

test('a task that has answered may end', (t) => {
  const rig = started();
  rig.clock.advance(50);
  rig.answer(1, rig.running[0]);
  rig.finish(rig.running[0]);
  rig.complete(1);
  t.deepEqual(idsOf(rig.completed), [1]);
});

test('nothing is taken before all run, nor after they ended', async (t) => {
  const rig = new CoordinatorRig(new ManualClock());
  await t.throwsAsync(rig.coordinator.savepoint({ kind: 'savepoint', target: '/to' }), {
    message: /Not all tasks/,
  });
  rig.coordinator.start();
  rig.clock.advance(50);
  rig.coordinator.stop(new WeftError('CHECKPOINT_ABORTED', 'the job restarts'));
  t.deepEqual(idsOf(rig.aborted), [1]);
  rig.clock.advance(10 * INTERVAL_MS);
  t.is(rig.triggered.length, 1);
  rig.coordinator.start();
  rig.clock.advance(50);
  t.deepEqual(idsOf(rig.triggered), [1, 2]);
});

test('late answers, and those of strangers, change nothing', (t) => {
  const rig = started();
  rig.clock.advance(50);
  rig.coordinator.decline(1, 'stranger', new WeftError('CHECKPOINT_FAILED', 'no'));
  rig.coordinator.decline(7, 'e0', new WeftError('CHECKPOINT_FAILED', 'no'));
  t.is(rig.aborted.length, 0);
  rig.clock.advance(TIMEOUT_MS);
  rig.complete(1);
  t.is(rig.completed.length, 0);
});
