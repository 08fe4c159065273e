import test from 'ava';
import { systemClock } from '../../../runtime/common/clock.js';
import { keyGroupOf } from '../../../runtime/serde/index.js';
import { OperatorStates, type KeySpace, type OperatorRestore } from '../../../runtime/state/index.js';
import { snapshotInMemory } from './snapshot-in-memory.js';

const ALL: KeySpace = { maxParallelism: 128, keyGroups: { start: 0, end: 127 } };

function states(keySpace = ALL): OperatorStates {
  return new OperatorStates({ operatorId: 'a'.repeat(32), operatorName: 'sum' }, keySpace, systemClock);
}

async function restored(from: OperatorRestore, keySpace = ALL): Promise<OperatorStates> {
  const to = states(keySpace);
  await to.restore(from);
  return to;
}

function contentOf(operator: OperatorStates, name: string): Map<unknown, unknown> {
  const cells = [...operator.keyed().table(name).void.entries()];
  return new Map(cells.map(({ key, value }) => [key, value]));
}

test('what was written comes back, of every kind of key, with shapes that widen on the way', async (t) => {
  const from = states();
  const table = from.keyed().table<unknown>('state');
  const keys = ['a', 'ключ', 1, -7.5, 12n, true];
  keys.forEach((key, i) => table.void.set(key, key, i % 2 === 0 ? { n: i } : { n: i + 0.5, extra: 'x' }));
  from.keyed().setCurrentKey(['x', 1]);
  table.void.set(from.keyed().currentId, from.keyed().currentKey, [1, 2]);
  const to = await restored(await snapshotInMemory(from));
  t.deepEqual(
    [...contentOf(to, 'state').values()].map((v) => JSON.stringify(v)).sort(),
    [...contentOf(from, 'state').values()].map((v) => JSON.stringify(v)).sort(),
  );
  to.keyed().setCurrentKey(['x', 1]);
  t.deepEqual(to.keyed().table('state').void.get(to.keyed().currentId), [1, 2]);
});

test('a snapshot holds what was there when it was taken, whatever happens while it is written', async (t) => {
  const from = states();
  const table = from.keyed().table<{ n: number }>('state');
  for (let i = 0; i < 20_000; i++) table.void.set(i, i, { n: i });
  table.bucket(7).set('w', 'w', { n: 70 });
  const snapshot = from.snapshot(1);
  const written = snapshotInMemory(from, snapshot);
  // Changed in place, replaced, deleted, added; a window dropped.
  const changed = table.void.get(19_999);
  if (changed !== undefined) changed.n = -1;
  table.void.set(19_998, 19_998, { n: -2 });
  table.void.delete(19_997);
  table.void.set(20_000, 20_000, { n: 20_000 });
  table.drop(7);
  const to = await restored(await written);
  const content = contentOf(to, 'state');
  t.is(content.size, 20_000);
  for (let i = 19_990; i < 20_000; i++) t.deepEqual(content.get(i), { n: i });
  t.deepEqual(to.keyed().table('state').bucket(7).get('w'), { n: 70 });
});

test('two snapshots under way at once each hold their own moment', async (t) => {
  const from = states();
  const { void: bucket } = from.keyed().table<number>('state');
  for (let i = 0; i < 5000; i++) bucket.set(i, i, 1);
  const first = from.snapshot(1);
  bucket.set(4999, 4999, 2);
  bucket.set(5000, 5000, 2);
  const second = from.snapshot(2);
  bucket.set(4999, 4999, 3);
  bucket.delete(4998);
  const [one, two] = await Promise.all([snapshotInMemory(from, first), snapshotInMemory(from, second)]);
  const [before, after] = [contentOf(await restored(one), 'state'), contentOf(await restored(two), 'state')];
  t.is(before.size, 5000);
  t.is(before.get(4999), 1);
  t.is(before.get(4998), 1);
  t.is(after.size, 5001);
  t.is(after.get(4999), 2);
  t.is(after.get(4998), 1);
});

test('a released snapshot costs nothing any more, and the next one is whole', async (t) => {
  const from = states();
  const { void: bucket } = from.keyed().table<number>('state');
  for (let i = 0; i < 100; i++) bucket.set(i, i, i);
  from.snapshot(1)?.release();
  bucket.set(0, 0, -1);
  t.is(contentOf(await restored(await snapshotInMemory(from)), 'state').get(0), -1);
  t.is(from.keyed().epochs.runs.length, 0);
});

test('each subtask of another parallelism gets its key groups', async (t) => {
  const from = states();
  const { void: bucket } = from.keyed().table<number>('state');
  for (let i = 0; i < 1000; i++) bucket.set(i, i, i);
  const restore = await snapshotInMemory(from);
  const low = contentOf(await restored(restore, { maxParallelism: 128, keyGroups: { start: 0, end: 63 } }), 'state');
  const high = contentOf(await restored(restore, { maxParallelism: 128, keyGroups: { start: 64, end: 127 } }), 'state');
  t.is(low.size + high.size, 1000);
  for (const key of low.keys()) t.true(keyGroupOf(key, 128) < 64);
});

test('what cannot be written fails the snapshot and names the state, not the operator that changes it', async (t) => {
  const from = states();
  const { void: bucket } = from.keyed().table<unknown>('callbacks');
  bucket.set('k', 'k', () => undefined);
  const snapshot = from.snapshot(1);
  t.notThrows(() => bucket.set('k', 'k', 1));
  const error = await t.throwsAsync(snapshotInMemory(from, snapshot));
  t.like(error, { code: 'STATE_NOT_SERIALIZABLE' });
  t.regex(error.message, /callbacks/);
  t.is(from.keyed().epochs.runs.length, 0);
});

test('a key that belongs to another subtask is told', async (t) => {
  const from = states({ maxParallelism: 128, keyGroups: { start: 0, end: 0 } });
  const { void: bucket } = from.keyed().table<number>('state');
  for (let i = 0; i < 10; i++) bucket.set(i, i, i);
  t.like(await t.throwsAsync(snapshotInMemory(from)), { code: 'STATE_KEY_CHANGED' });
});

test('another maximum parallelism, and bytes that are none, are refused', async (t) => {
  const from = states();
  from.keyed().table<number>('state').void.set(1, 1, 1);
  const restore = await snapshotInMemory(from);
  const other = { maxParallelism: 64, keyGroups: { start: 0, end: 63 } };
  t.like(await t.throwsAsync(restored(restore, other)), { code: 'STATE_MAX_PARALLELISM_CHANGED' });
  const [part] = restore.keyed;
  const broken = { ...restore, keyed: [{ ...part, description: Buffer.from('{') }] };
  t.like(await t.throwsAsync(restored(broken)), { code: 'STATE_CORRUPT' });
});

test('lists of an operator come back with their mode', async (t) => {
  const from = states();
  from.list('offsets', 'UNION').items = [{ split: 'a', at: 10 }, 'b'];
  const to = await restored(await snapshotInMemory(from));
  t.true(to.isRestored);
  t.deepEqual(to.list('offsets', 'UNION').items, [{ split: 'a', at: 10 }, 'b']);
  t.throws(() => to.list('offsets', 'SPLIT'), { code: 'STATE_KIND_CHANGED' });
});
