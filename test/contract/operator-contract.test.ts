/**
 * What holds for every built-in operator: however its records come (one at a time, all at once) and whatever room its
 * consumer has (always, or none every other time), the output is the same, and no record is taken without room.
 */
import test from 'ava';
import {
  AsyncDataStream,
  CoProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  OutputTag,
  ProcessFunction,
  Types,
  type Collector,
  type DataStream,
  type ProcessContext,
} from '../../runtime/api/index.js';
import {
  operatorHarness,
  twoInputOperatorHarness,
  type HarnessOptions,
  type OneInputOperatorHarness,
} from '../../runtime/testing/index.js';

interface Item {
  key: string;
  n: number;
}

const SIDE = new OutputTag<string>('side');
const KEYS = ['ann', 'bob', 'cid'];
const ITEMS: readonly Item[] = Array.from({ length: 600 }, (_, i) => ({
  key: KEYS[(i * 7) % 3],
  n: (i * 37) % 101,
}));

class Tell extends ProcessFunction<Item, string> {
  processElement({ key, n }: Item, context: ProcessContext, out: Collector<string>): void {
    if (n % 2 === 0) context.output(SIDE, `even ${n}`);
    for (let i = 0; i < n % 3; i++) out.collect(`${key} ${n}`);
  }
}

class Count extends KeyedProcessFunction<string, Item, string> {
  private readonly counts = new Map<string, number>();

  processElement({ n }: Item, context: ProcessContext<string>, out: Collector<string>): void {
    const key = context.getCurrentKey();
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (n % 2 === 0) context.output(SIDE, `${key} ${n}`);
    out.collect(`${key} ${count}`);
  }
}

interface Contract {
  pipeline: (input: DataStream<Item>) => object;
  /** How many records one record leads to at most. @default 1 */
  fanOut?: number;
  sideOutput?: boolean;
  /** Without the engine: what must come out of the items. */
  expected?: (items: readonly Item[]) => unknown[];
}

const OPERATORS: Record<string, Contract> = {
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
    pipeline: (input) => input.flatMap(({ n }) => Array.from({ length: n % 4 }, (_, i) => n + i)),
    fanOut: 3,
    expected: (items) => items.flatMap(({ n }) => Array.from({ length: n % 4 }, (_, i) => n + i)),
  },
  'flatMap that collects': {
    pipeline: (input) =>
      input.flatMap((item: Item, out: Collector<number>) => {
        for (let i = 0; i < item.n % 4; i++) out.collect(item.n + i);
      }),
    fanOut: 3,
    expected: (items) => items.flatMap(({ n }) => Array.from({ length: n % 4 }, (_, i) => n + i)),
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
  'async, ordered': {
    pipeline: (input) => AsyncDataStream.orderedWait(input, ({ n }) => Promise.resolve([n, -n]), 0, 'MILLISECONDS', 10),
    // Answers that stand behind a slower one leave with it.
    fanOut: 20,
    expected: (items) => items.flatMap(({ n }) => [n, -n]),
  },
  project: { pipeline: (input) => input.project('n') },
  process: { pipeline: (input) => input.process(new Tell()), fanOut: 2, sideOutput: true },
  'process on a key': { pipeline: (input) => input.keyBy('key').process(new Count()), sideOutput: true },
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

function rolling(items: readonly Item[], next: (sofar: Item, item: Item) => Item): Item[] {
  const byKey = new Map<string, Item>();
  return items.map((item) => {
    const sofar = byKey.get(item.key);
    const result = sofar === undefined ? item : next(sofar, item);
    byKey.set(item.key, result);
    return result;
  });
}

const OPTIONS: readonly HarnessOptions[] = (['unbounded', 'one-buffer'] as const).flatMap((output) =>
  [false, true].map((objectReuse) => ({ output, objectReuse })),
);

const FEEDS: Record<string, (harness: OneInputOperatorHarness<Item, unknown>) => void> = {
  'one at a time': (harness) => ITEMS.forEach((item) => harness.processElement({ ...item })),
  'all at once': (harness) => harness.processElements(ITEMS.map((item) => ({ ...item }))),
};

for (const [name, { pipeline, fanOut = 1, sideOutput = false, expected }] of Object.entries(OPERATORS)) {
  test(name, async (t) => {
    const outcomes: { how: string; output: unknown[]; side: string[] }[] = [];
    for (const options of OPTIONS) {
      for (const [feed, give] of Object.entries(FEEDS)) {
        const how = `${feed}, ${options.output}, object reuse ${options.objectReuse}`;
        const harness = await operatorHarness<Item, unknown>(pipeline, {
          ...options,
          sideOutputs: sideOutput ? [SIDE] : [],
        });
        give(harness);
        await harness.close();
        outcomes.push({ how, output: harness.getOutput(), side: sideOutput ? harness.getSideOutput(SIDE) : [] });
        if (options.output === 'one-buffer') t.true(harness.peakRecordsWithoutRoom <= fanOut, how);
      }
    }
    const [first] = outcomes;
    t.true((first?.output.length ?? 0) > 0);
    if (sideOutput) t.true((first?.side.length ?? 0) > 0);
    if (expected !== undefined) t.deepEqual(first?.output, expected(ITEMS));
    for (const { how, output, side } of outcomes.slice(1)) {
      t.deepEqual(output, first?.output, how);
      t.deepEqual(side, first?.side, how);
    }
  });
}

class Merge extends CoProcessFunction<Item, Item, string> {
  processElement1({ n }: Item, _context: ProcessContext, out: Collector<string>): void {
    out.collect(`left ${n}`);
  }
  processElement2({ n }: Item, context: ProcessContext): void {
    context.output(SIDE, `right ${n}`);
  }
}

class MergeByKey extends KeyedCoProcessFunction<string, Item, Item, string> {
  private readonly sums = new Map<string, number>();

  processElement1(item: Item, context: ProcessContext<string>, out: Collector<string>): void {
    const key = context.getCurrentKey();
    this.sums.set(key, (this.sums.get(key) ?? 0) + item.n);
    out.collect(`${key} ${this.sums.get(key)}`);
  }
  processElement2(item: Item, context: ProcessContext<string>, out: Collector<string>): void {
    context.output(SIDE, `${item.n}`);
    this.processElement1({ ...item, n: -item.n }, context, out);
  }
}

const TWO_INPUTS: Record<string, (left: DataStream<Item>, right: DataStream<Item>) => object> = {
  union: (left, right) => left.union(right).map(({ n }) => n),
  'connect, map': (left, right) =>
    left.connect(right).map(
      ({ n }) => n,
      ({ n }) => -n,
    ),
  'connect, flatMap': (left, right) =>
    left.connect(right).flatMap(
      ({ n }) => [n],
      ({ n }, out: Collector<number>) => out.collect(-n),
    ),
  'connect, process': (left, right) => left.connect(right).process(new Merge()),
  'connect, process on keys': (left, right) => left.connect(right).keyBy('key', 'key').process(new MergeByKey()),
};

for (const [name, pipeline] of Object.entries(TWO_INPUTS)) {
  test(`two inputs: ${name}`, async (t) => {
    const sideOutputs = name.includes('process') ? [SIDE] : [];
    const outcomes: unknown[] = [];
    for (const options of OPTIONS) {
      const harness = await twoInputOperatorHarness<Item, Item, unknown>(pipeline, { ...options, sideOutputs });
      ITEMS.forEach((item, i) => {
        if (i % 3 === 0) harness.processElement2({ ...item });
        else harness.processElement1({ ...item });
      });
      await harness.close();
      if (options.output === 'one-buffer') t.true(harness.peakRecordsWithoutRoom <= 1);
      outcomes.push({ output: harness.getOutput(), side: sideOutputs.map((tag) => harness.getSideOutput(tag)) });
    }
    for (const outcome of outcomes.slice(1)) t.deepEqual(outcome, outcomes[0]);

    // Which input is read next is the engine's choice: all at once, the records may come in another order.
    for (const options of OPTIONS) {
      const harness = await twoInputOperatorHarness<Item, Item, unknown>((left, right) => left.union(right), options);
      harness.processElements1(ITEMS);
      harness.processElements2(ITEMS);
      await harness.close();
      t.is(harness.getOutput().length, 2 * ITEMS.length);
    }
  });
}
