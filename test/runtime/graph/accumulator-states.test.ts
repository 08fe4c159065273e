import test from 'ava';
import {
  AverageAccumulator,
  DoubleCounter,
  DoubleMinimum,
  Histogram,
  IntMaximum,
  ListAccumulator,
  LongCounter,
  LongMinimum,
  type Accumulator,
} from '../../../runtime/functions/index.js';
import {
  accumulatorResults,
  accumulatorState,
  accumulatorText,
  accumulatorType,
  mergeAccumulators,
} from '../../../runtime/graph/accumulator-states.js';

/** What the program gets when two subtasks have gathered these values. */
function merged<V, R>(make: () => Accumulator<V, R>, first: V[], second: V[]): unknown {
  const states = [first, second].map((values) => {
    const accumulator = make();
    for (const value of values) accumulator.add(value);
    const travelled: unknown = JSON.parse(JSON.stringify(accumulatorState('a', accumulator)));
    return travelled as ReturnType<typeof accumulatorState>;
  });
  return accumulatorResults(mergeAccumulators(states))['a'];
}

test('each kind merges as it adds', (t) => {
  t.is(
    merged(() => new LongCounter(), [1, 2 ** 52], [2 ** 52 - 2]),
    2 ** 53 - 1,
  );
  t.is(
    merged(() => new DoubleCounter(), [0.5], [0.25]),
    0.75,
  );
  t.is(
    merged(() => new DoubleCounter(), [Infinity], [1]),
    Infinity,
  );
  t.is(
    merged(() => new LongMinimum(), [4, -7], [2]),
    -7,
  );
  t.is(
    merged(() => new DoubleMinimum(), [], []),
    Infinity,
  );
  t.is(
    merged(() => new IntMaximum(), [4], [9, 2]),
    9,
  );
  t.is(
    merged(() => new AverageAccumulator(), [1, 2], [6]),
    3,
  );
  t.deepEqual(
    merged(() => new Histogram(), [3, 1], [3]),
    new Map([
      [1, 1],
      [3, 2],
    ]),
  );
  t.deepEqual(
    merged(() => new ListAccumulator<unknown>(), ['a', 1n], [new Date(5)]),
    ['a', 1n, new Date(5)],
  );
});

test('kinds are told apart, and a subclass is of its parent’s kind', (t) => {
  class Visits extends LongCounter {}
  t.is(accumulatorType(new Visits()), 'LongCounter');
  t.is(accumulatorType(new DoubleMinimum()), 'DoubleMinimum');
  t.is(accumulatorType({ add: () => undefined }), undefined);
});

test('one name for two kinds is a conflict, and the others are still merged', (t) => {
  const states = [
    accumulatorState('seen', new LongCounter(1)),
    accumulatorState('other', new LongCounter(2)),
    accumulatorState('seen', new Histogram()),
  ];
  const results = accumulatorResults(mergeAccumulators(states));
  t.is(results['other'], 2);
  t.regex((results['seen'] as Error).message, /"seen" was registered as LongCounter and Histogram/);
});

test('values are written as Flink’s pages write them', (t) => {
  t.is(accumulatorText(accumulatorState('a', new LongCounter(7524))), '7524');
  t.is(accumulatorText(accumulatorState('a', new Histogram([[2, 5]]))), '{2=5}');
  t.is(accumulatorText(accumulatorState('a', new ListAccumulator(['x', 'y']))), '[x, y]');
});

test('clones and resets', (t) => {
  const counter = new LongCounter(3);
  const clone = counter.clone();
  counter.add(1);
  t.is(clone.getLocalValue(), 3);
  clone.resetLocal();
  t.is(clone.getLocalValue(), 0);
  t.true(clone instanceof LongCounter);
});
