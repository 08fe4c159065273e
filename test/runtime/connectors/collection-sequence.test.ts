import test from 'ava';
import fc from 'fast-check';
import { elementsSource, sequenceSource } from '../../../runtime/connectors/index.js';
import { shareOfSequence } from '../../../runtime/connectors/sequence/sequence-source.js';
import { ReaderHarness } from './reader-harness.js';

test('elements come in order, in batches, and stop while there is no room', (t) => {
  const harness = new ReaderHarness();
  const reader = elementsSource(['a', undefined, 'c'], harness.outlet);
  t.is(reader.nextBatch(2), 'more');
  harness.room.open = false;
  t.is(reader.nextBatch(2), 'more');
  t.deepEqual(harness.records, ['a', undefined]);
  harness.room.open = true;
  t.is(reader.nextBatch(2), 'end');
  t.deepEqual(harness.records, ['a', undefined, 'c']);
  t.is(elementsSource([], harness.outlet).nextBatch(1), 'end');
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
          const reader = sequenceSource({ from, to: from + length - 1 }, { subtask, parallelism }, harness.outlet);
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
