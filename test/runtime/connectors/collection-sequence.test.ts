import test from 'ava';
import fc from 'fast-check';
import { elementsSource, sequenceSource } from '../../../runtime/connectors/index.js';
import { shareOfSequence } from '../../../runtime/connectors/sequence/sequence-source.js';
import { KeptStates } from './kept-states.js';
import { ReaderHarness } from './reader-harness.js';

test('elements come in order, in batches, and stop while there is no room', (t) => {
  const harness = new ReaderHarness();
  const reader = elementsSource(['a', undefined, 'c'], harness.outlet, new KeptStates());
  t.is(reader.nextBatch(2), 'more');
  harness.room.open = false;
  t.is(reader.nextBatch(2), 'more');
  t.deepEqual(harness.records, ['a', undefined]);
  harness.room.open = true;
  t.is(reader.nextBatch(2), 'end');
  t.deepEqual(harness.records, ['a', undefined, 'c']);
  t.is(elementsSource([], harness.outlet, new KeptStates()).nextBatch(1), 'end');
});

test('a sequence that does not divide evenly gives the first subtasks one more', (t) => {
  const shares = [0, 1, 2, 3].map((subtask) => shareOfSequence({ from: 1, to: 10 }, { subtask, parallelism: 4 }));
  t.deepEqual(shares, [
    { from: 1, to: 3 },
    { from: 4, to: 6 },
    { from: 7, to: 8 },
    { from: 9, to: 10 },
  ]);
});

test('the shares of a sequence are the whole sequence', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: -50, max: 50 }),
      fc.nat(60),
      fc.integer({ min: 1, max: 9 }),
      (from, length, parallelism) => {
        const harness = new ReaderHarness();
        for (let subtask = 0; subtask < parallelism; subtask++) {
          const reader = sequenceSource(
            { from, to: from + length - 1 },
            { subtask, parallelism },
            harness.outlet,
            new KeptStates(),
          );
          while (reader.nextBatch(7) !== 'end');
        }
        t.deepEqual(
          harness.records,
          Array.from({ length }, (_, i) => from + i),
        );
      },
    ),
  );
});

test('elements and numbers go on where the snapshot was taken', (t) => {
  const elements = new ReaderHarness();
  const states = new KeptStates();
  elementsSource(['a', 'b', 'c'], elements.outlet, states).nextBatch(2);
  const kept = states.snapshot();
  const after = new ReaderHarness();
  const again = elementsSource(['a', 'b', 'c'], after.outlet, new KeptStates(kept));
  void again.open?.();
  t.is(again.nextBatch(5), 'end');
  t.deepEqual(after.records, ['c']);
});

test('the rests of a sequence may be read by another number of subtasks', async (t) => {
  const ranges: unknown[] = [];
  const before: unknown[] = [];
  for (const subtask of [0, 1, 2]) {
    const harness = new ReaderHarness();
    const states = new KeptStates();
    sequenceSource({ from: 1, to: 30 }, { subtask, parallelism: 3 }, harness.outlet, states).nextBatch(4);
    before.push(...harness.records);
    ranges.push(...(states.snapshot().get('ranges') ?? []));
  }
  for (const parallelism of [1, 2, 5]) {
    const after: unknown[] = [];
    for (let subtask = 0; subtask < parallelism; subtask++) {
      const own = ranges.filter((_, n) => n % parallelism === subtask);
      const harness = new ReaderHarness();
      const states = new KeptStates(new Map([['ranges', own]]));
      after.push(
        ...(await harness.drain(sequenceSource({ from: 1, to: 30 }, { subtask, parallelism }, harness.outlet, states))),
      );
    }
    const all = [...before, ...after].toSorted((a, b) => Number(a) - Number(b));
    t.deepEqual(
      all,
      Array.from({ length: 30 }, (_, n) => n + 1),
    );
  }
});
