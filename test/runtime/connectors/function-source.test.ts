import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { FunctionSource } from '../../../runtime/connectors/index.js';
import type { SourceContext, SourceFunction } from '../../../runtime/functions/index.js';
import { KeptStates } from './kept-states.js';
import { ReaderHarness } from './reader-harness.js';

function reading(
  run: SourceFunction<unknown>['run'],
  extra: Partial<SourceFunction<unknown>> = {},
  states = new KeptStates(),
) {
  const harness = new ReaderHarness();
  const clock = new ManualClock();
  const copy = (record: unknown): unknown => structuredClone(record);
  const source = new FunctionSource({ run, ...extra }, harness.outlet, clock, copy, states);
  return { harness, clock, source, states };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an async run emits until it returns, with event times if it has them', async (t) => {
  const { harness, source } = reading(async (context) => {
    await context.collect('a');
    await context.collectWithTimestamp('b', 7);
  });
  t.deepEqual(await harness.drain(source), ['a', 'b']);
  t.deepEqual(harness.timestamps, [NaN, 7]);
});

test('generators, sync and async, are pulled to their end', async (t) => {
  const sync = reading(function* () {
    for (let i = 0; i < 5; i++) yield i;
  });
  t.deepEqual(await sync.harness.drain(sync.source, 2), [0, 1, 2, 3, 4]);
  const asynchronous = reading(async function* () {
    for (let i = 0; i < 1000; i++) {
      if (i % 100 === 0) await turn();
      yield i;
    }
  });
  t.is((await asynchronous.harness.drain(asynchronous.source)).length, 1000);
});

test('collect is a promise while there is no room, and the source waits', async (t) => {
  let emitted = 0;
  const { harness, source } = reading(async (context) => {
    while (!context.isCancelled) {
      const wait = context.collect(emitted++);
      if (wait !== undefined) await wait;
    }
  });
  harness.room.open = false;
  source.nextBatch(100);
  for (let i = 0; i < 10; i++) {
    await turn();
    t.is(source.nextBatch(100), 'more');
  }
  t.is(emitted, 1);
  harness.room.open = true;
  source.nextBatch(100);
  await turn();
  t.true(emitted > 1);
  source.cancel();
});

test('a source that never pauses still leaves the thread its turns', async (t) => {
  const { harness, source } = reading(async (context) => {
    while (!context.isCancelled) await context.collect(1);
  });
  source.nextBatch(100);
  for (let i = 0; i < 20; i++) {
    await turn();
    source.nextBatch(100);
  }
  t.true(harness.records.length > 1000);
  source.cancel();
  await source.close();
});

test('records that wait are copies', (t) => {
  const reused = { n: 1 };
  const { harness, source } = reading(async (context) => {
    const wait = context.collect(reused);
    reused.n = 2;
    await wait;
  });
  harness.room.open = false;
  source.nextBatch(1);
  harness.room.open = true;
  source.nextBatch(1);
  t.deepEqual(harness.records, [{ n: 1 }]);
});

test('a source that does not wait for room is stopped', async (t) => {
  const { harness, source } = reading((context) => {
    for (let i = 0; i < 20_000; i++) void context.collect(i);
    return Promise.resolve();
  });
  harness.room.open = false;
  const error = t.throws(() => source.nextBatch(100), { code: 'SOURCE_OVERRUN' });
  t.regex(error.message, /10000 records/);
  const later = reading(async (context) => {
    await turn();
    for (let i = 0; i < 20_000; i++) void context.collect(i);
  });
  await t.throwsAsync(later.harness.drain(later.source), { code: 'SOURCE_OVERRUN' });
});

test('what run throws is thrown to the slot thread, from a generator too', async (t) => {
  const failing = reading(() => Promise.reject(new Error('no connection')));
  await t.throwsAsync(failing.harness.drain(failing.source), { message: 'no connection' });
  const generator = reading(function* () {
    yield 1;
    throw new Error('broken');
  });
  await t.throwsAsync(generator.harness.drain(generator.source), { message: 'broken' });
});

test('cancel reaches the function, ends its sleep and its waiting, and closes generators', async (t) => {
  const calls: string[] = [];
  const context: { current?: SourceContext<unknown> } = {};
  const { source } = reading(
    async (c) => {
      context.current = c;
      await c.sleep(1_000_000);
      calls.push(`awake, cancelled: ${c.isCancelled}`);
    },
    { cancel: () => void calls.push('cancel') },
  );
  source.nextBatch(1);
  source.cancel();
  await source.close();
  t.deepEqual(calls, ['cancel', 'awake, cancelled: true']);

  const generator = reading(function* () {
    try {
      for (;;) yield 1;
    } finally {
      calls.push('finally');
    }
  });
  generator.source.nextBatch(10);
  generator.source.cancel();
  t.is(calls.at(-1), 'finally');
});

test('a run that ignores the cancel does not hold up the thread', async (t) => {
  const { clock, source } = reading(() => new Promise(() => undefined));
  source.nextBatch(1);
  source.cancel();
  const closed = source.close();
  clock.advance(1000);
  await t.notThrowsAsync(closed);
});

test('a source that goes on emitting after the cancel cannot keep the thread from ending', async (t) => {
  const waiting = reading(async (context) => {
    for (;;) await context.collect(1);
  });
  waiting.source.nextBatch(1);
  waiting.source.cancel();
  const closed = waiting.source.close();
  await turn();
  waiting.clock.advance(1000);
  await t.notThrowsAsync(closed);

  const { harness, source } = reading(async (context) => {
    for (;;) {
      const wait = context.collect(1);
      if (!context.isCancelled) await wait;
    }
  });
  source.nextBatch(1);
  source.cancel();
  await source.close();
  t.true(harness.records.length < 1000);
});

test('records that nobody has taken are in the snapshot, and come first after it', async (t) => {
  const run: SourceFunction<unknown>['run'] = async (context) => {
    for (const record of ['a', 'b', 'c']) void context.collectWithTimestamp(record, 7);
    await context.sleep(1000);
  };
  const { harness, source, states } = reading(run);
  harness.room.open = false;
  source.nextBatch(10);
  const kept = states.snapshot();
  t.deepEqual(kept.get('untaken'), [
    ['a', 7],
    ['b', 7],
    ['c', 7],
  ]);
  const again = reading(() => Promise.resolve(), {}, new KeptStates(kept));
  t.deepEqual(await again.harness.drain(again.source, 2), ['a', 'b', 'c']);
  t.deepEqual(again.harness.timestamps, [7, 7, 7]);
});
