/** Operators with one input that look at a record at a time. */
import { AsyncDataStream, Types, WatermarkStrategy, type Collector } from '../../../runtime/api/index.js';
import type { Contract } from '../contract.js';
import { Alarms, Count, SIDE, Tell } from '../functions.js';
import type { Item } from '../items.js';
import { CLOCKED, TIMED } from '../steps.js';

/** What a rolling aggregation has emitted after each item. */
function rolling(items: readonly Item[], next: (sofar: Item, item: Item) => Item): Item[] {
  const byKey = new Map<string, Item>();
  return items.map((item) => {
    const sofar = byKey.get(item.key);
    const result = sofar === undefined ? item : next(sofar, item);
    byKey.set(item.key, result);
    return result;
  });
}

const upTo = (count: number, first: number): number[] => Array.from({ length: count }, (_, i) => first + i);

const STATELESS: Record<string, Contract> = {
  map: { pipeline: (input) => input.map(({ n }) => n + 1), expected: (items) => items.map(({ n }) => n + 1) },
  filter: {
    pipeline: (input) => input.filter(({ n }) => n % 2 === 0),
    expected: (items) => items.filter(({ n }) => n % 2 === 0),
  },
  'map with a declared type': {
    pipeline: (input) => input.map(({ n }) => ({ n })).returns(Types.ROW({ n: Types.INT })),
    expected: (items) => items.map(({ n }) => ({ n })),
  },
  'flatMap that returns': {
    pipeline: (input) => input.flatMap(({ n }) => upTo(n % 4, n)),
    fanOut: 3,
    expected: (items) => items.flatMap(({ n }) => upTo(n % 4, n)),
  },
  'flatMap that collects': {
    pipeline: (input) =>
      input.flatMap((item: Item, out: Collector<number>) => {
        for (let i = 0; i < item.n % 4; i++) out.collect(item.n + i);
      }),
    fanOut: 3,
    expected: (items) => items.flatMap(({ n }) => upTo(n % 4, n)),
  },
  'flatMap that generates': {
    pipeline: (input) =>
      input.flatMap(function* ({ n }) {
        yield n;
        yield -n;
      }),
    fanOut: 2,
    expected: (items) => items.flatMap(({ n }) => [n, -n]),
  },
  project: { pipeline: (input) => input.project('n') },
  process: { pipeline: (input) => input.process(new Tell()), fanOut: 2, sideOutput: SIDE },
  'timestamps and watermarks': {
    pipeline: (input) =>
      input
        .assignTimestampsAndWatermarks(
          WatermarkStrategy.forBoundedOutOfOrderness<Item>(5).withTimestampAssigner(({ n }) => n),
        )
        .map(({ n }) => n),
    steps: CLOCKED,
    expected: (items) => items.map(({ n }) => n),
  },
};

/** Answers come at once, and each answer behind a slower one leaves with it. */
const WAITING: Record<string, Contract> = {
  'async, ordered': {
    pipeline: (input) => AsyncDataStream.orderedWait(input, ({ n }) => Promise.resolve([n, -n]), 0, 'MILLISECONDS', 10),
    fanOut: 20,
    expected: (items) => items.flatMap(({ n }) => [n, -n]),
  },
  'async, unordered': {
    pipeline: (input) =>
      AsyncDataStream.unorderedWait(
        input,
        async ({ n }) => {
          for (let i = 0; i < n % 5; i++) await Promise.resolve();
          return [n, -n];
        },
        0,
        'MILLISECONDS',
        10,
      ),
    fanOut: 20,
    unordered: true,
  },
};

const KEYED: Record<string, Contract> = {
  'process on a key': { pipeline: (input) => input.keyBy('key').process(new Count()), sideOutput: SIDE },
  'process with timers of event time': {
    pipeline: (input) => input.keyBy('key').process(new Alarms('event')),
    steps: TIMED,
    fanOut: 12,
    firesKeysTogether: true,
  },
  'process with timers of the clock': {
    pipeline: (input) => input.keyBy('key').process(new Alarms('processing')),
    steps: CLOCKED,
    fanOut: 3,
    firesKeysTogether: true,
  },
  reduce: {
    pipeline: (input) => input.keyBy('key').reduce((a, b) => ({ key: a.key, n: a.n + b.n })),
    expected: (items) => rolling(items, (sofar, item) => ({ key: item.key, n: sofar.n + item.n })),
  },
  sum: {
    pipeline: (input) => input.keyBy('key').sum('n'),
    expected: (items) => rolling(items, (sofar, item) => ({ key: item.key, n: sofar.n + item.n })),
  },
  min: {
    pipeline: (input) => input.keyBy('key').min('n'),
    expected: (items) => rolling(items, (sofar, item) => ({ ...sofar, n: Math.min(sofar.n, item.n) })),
  },
  max: {
    pipeline: (input) => input.keyBy('key').max('n'),
    expected: (items) => rolling(items, (sofar, item) => ({ ...sofar, n: Math.max(sofar.n, item.n) })),
  },
  minBy: {
    pipeline: (input) => input.keyBy('key').minBy('n'),
    expected: (items) => rolling(items, (sofar, item) => (item.n < sofar.n ? item : sofar)),
  },
  maxBy: {
    pipeline: (input) => input.keyBy('key').maxBy('n'),
    expected: (items) => rolling(items, (sofar, item) => (item.n > sofar.n ? item : sofar)),
  },
  'a chain behind a key': {
    pipeline: (input) =>
      input
        .filter(({ n }) => n > 10)
        .keyBy('key')
        .sum('n')
        .map(({ n }) => n)
        .flatMap((n) => [n, n]),
    fanOut: 2,
  },
};

export const RECORD_CONTRACTS: Readonly<Record<string, Contract>> = { ...STATELESS, ...WAITING, ...KEYED };
