/** Declared types of every kind of state: brought into the form of now, refused with the path, and held to when state is written. */
import test from 'ava';
import { setImmediate } from 'node:timers/promises';
import { ManualClock, systemClock } from '../../../runtime/common/clock.js';
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  StateTtlConfig,
  Time,
  Types,
  ValueStateDescriptor,
} from '../../../runtime/api/index.js';
import { broadcastStateOf, keyedStateStore, operatorStateStore, OperatorStates } from '../../../runtime/state/index.js';
import { ALL_GROUPS, DiskOperators, SharedFiles } from './disk-states.js';
import { restoreOf } from './snapshot-in-memory.js';

const THEN = Types.ROW({ n: Types.INT });
const NOW = Types.ROW({ n: Types.BIG_INT, more: Types.BOOLEAN });
const MIGRATED = { n: 1n, more: false };

function heap(clock = systemClock): OperatorStates {
  return new OperatorStates({ operatorId: 'b', operatorName: 'heap' }, ALL_GROUPS, clock);
}

test('every kind of keyed state is migrated, with a time to live too', async (t) => {
  const clock = new ManualClock();
  const first = heap(clock);
  const sum = { createAccumulator: () => ({ n: 0 }), add: (n: number) => ({ n }), getResult: (all: unknown) => all };
  const ttl = StateTtlConfig.newBuilder(Time.seconds(1)).build();
  const states = (operator: OperatorStates, type: never) => {
    const store = keyedStateStore(operator.keyed());
    const timed = new ValueStateDescriptor<unknown>('timed', type);
    timed.enableTimeToLive(ttl);
    return {
      list: store.getListState(new ListStateDescriptor<unknown>('list', type)),
      map: store.getMapState(new MapStateDescriptor<string, unknown>('map', Types.STRING, type)),
      reducing: store.getReducingState(new ReducingStateDescriptor<unknown>('reducing', (a) => a, type)),
      aggregating: store.getAggregatingState(
        new AggregatingStateDescriptor<number, never, unknown>('aggregating', sum as never, type),
      ),
      timed: store.getState(timed),
    };
  };
  const before = states(first, THEN as never);
  first.keyed().setCurrentKey('k');
  before.list.update([{ n: 1 }, { n: 1 }]);
  before.map.put('a', { n: 1 });
  before.reducing.add({ n: 1 });
  before.aggregating.add(1);
  before.timed.update({ n: 1 });
  const second = heap(clock);
  await second.restore(await restoreOf(first.snapshot(1)));
  const after = states(second, NOW as never);
  second.keyed().setCurrentKey('k');
  t.deepEqual([...after.list.get()], [MIGRATED, MIGRATED]);
  t.deepEqual(after.map.get('a'), MIGRATED);
  t.deepEqual(after.reducing.get(), MIGRATED);
  t.deepEqual(after.aggregating.get(), MIGRATED);
  t.deepEqual(after.timed.value(), MIGRATED);
  clock.advance(2000);
  t.is(after.timed.value(), undefined);
});

test('keys of a map state cannot change their type', async (t) => {
  const first = heap();
  const before = keyedStateStore(first.keyed()).getMapState(new MapStateDescriptor('map', Types.INT, Types.INT));
  first.keyed().setCurrentKey('k');
  before.put(1, 1);
  const second = heap();
  await second.restore(await restoreOf(first.snapshot(1)));
  t.throws(() => keyedStateStore(second.keyed()).getMapState(new MapStateDescriptor('map', Types.STRING, Types.INT)), {
    code: 'STATE_TYPE_INCOMPATIBLE',
    message: /value\.<key> was INT and is STRING now.*Keys cannot be migrated/,
  });
});

test('lists of operators and broadcast state are brought into the form of now, item by item', async (t) => {
  const first = heap();
  operatorStateStore(first).getListState(new ListStateDescriptor('items', THEN)).add({ n: 1 });
  broadcastStateOf(first, new MapStateDescriptor('rules', Types.STRING, THEN)).put('a', { n: 1 });
  const taken = await restoreOf(first.snapshot(1));
  const second = heap();
  const rules = broadcastStateOf(second, new MapStateDescriptor('rules', Types.STRING, NOW));
  await second.restore(taken);
  t.deepEqual(rules.get('a'), MIGRATED);
  const items = operatorStateStore(second).getListState(new ListStateDescriptor('items', NOW));
  t.deepEqual([...items.get()], [MIGRATED]);
  const third = heap();
  await third.restore(taken);
  t.throws(() => operatorStateStore(third).getListState(new ListStateDescriptor('items', Types.STRING)), {
    code: 'STATE_TYPE_INCOMPATIBLE',
    message: /"items".*value does not fit the declared type: it must be a string/,
  });
});

test('a value that is not of its declared type is not written: heap, disk and lists say where', async (t) => {
  const wrong = { n: 'x' } as never;
  for (const operator of [heap(), new DiskOperators(t).make()]) {
    const backend = operator.keyed();
    backend.setCurrentKey(1);
    keyedStateStore(backend).getState(new ValueStateDescriptor('rows', THEN)).update(wrong);
    await t.throwsAsync(restoreOf(operator.snapshot(1)), {
      code: 'STATE_NOT_SERIALIZABLE',
      message: /State "rows" cannot be written: value\.n does not fit the declared type/,
    });
  }
  const operator = heap();
  operatorStateStore(operator).getListState(new ListStateDescriptor('items', THEN)).add(wrong);
  t.throws(() => operator.snapshot(1), { code: 'STATE_NOT_SERIALIZABLE', message: /"items".*value\.n/ });
});

for (const backend of ['heap', 'disk'] as const) {
  test(`a snapshot under way holds what there was when state is migrated meanwhile: ${backend}`, async (t) => {
    const disk = new DiskOperators(t);
    const make = (): OperatorStates => (backend === 'heap' ? heap() : disk.make());
    const first = make();
    const descriptor = new ValueStateDescriptor('rows', THEN);
    const before = keyedStateStore(first.keyed()).getState(descriptor);
    const keys = 3000;
    for (let n = 0; n < keys; n++) {
      first.keyed().setCurrentKey(n);
      before.update({ n });
    }
    const shared = new SharedFiles();
    const take = (operator: OperatorStates, id: number) =>
      backend === 'heap' ? restoreOf(operator.snapshot(id)) : shared.take(operator.snapshot(id));
    const second = make();
    await second.restore(await take(first, 1));
    const running = take(second, 2);
    await setImmediate();
    keyedStateStore(second.keyed()).getState(new ValueStateDescriptor('rows', NOW));
    const third = make();
    await third.restore(await running);
    const old = keyedStateStore(third.keyed()).getState(descriptor);
    const fourth = make();
    await fourth.restore(await take(second, 3));
    const migrated = keyedStateStore(fourth.keyed()).getState(new ValueStateDescriptor('rows', NOW));
    for (let n = 0; n < keys; n += 7) {
      for (const operator of [third, fourth]) operator.keyed().setCurrentKey(n);
      t.deepEqual(old.value(), { n });
      t.deepEqual(migrated.value(), { n: BigInt(n), more: false });
    }
    for (const operator of [first, second, third, fourth]) operator.close();
  });
}
