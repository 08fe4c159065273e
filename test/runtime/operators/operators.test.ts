import { inspect } from 'node:util';
import test from 'ava';
import { WeftError } from '../../../runtime/common/errors/index.js';
import type { KeyedProcessFunction, ProcessFunction } from '../../../runtime/functions/index.js';
import type { FieldAggregation, OperatorSpec } from '../../../runtime/graph/operator-spec.js';
import { ChainHarness, filter, flatMap, map, sink, source } from './chain-harness.js';

interface Reading {
  k: string;
  v: number;
  tag: string;
}

const byKey = (record: unknown): unknown => (record as Reading).k;
const reading = (k: string, v: number, tag: string): Reading => ({ k, v, tag });

function aggregate(kind: FieldAggregation['kind'], field: string | undefined, first = true): OperatorSpec {
  return { type: 'keyedAggregate', aggregation: { kind, field, first }, key: byKey };
}

function thrownBy(action: () => unknown): WeftError {
  try {
    action();
  } catch (error) {
    return error as WeftError;
  }
  throw new Error('nothing was thrown');
}

test('map, filter and flatMap in one chain', (t) => {
  const harness = new ChainHarness([
    source,
    map((n: number) => n + 1),
    filter((n: number) => n % 2 === 0),
    flatMap((n: number) => [n, -n]),
  ]);
  t.deepEqual(harness.feed(1, 2, 3).out, [2, -2, 4, -4]);
});

test('flatMap emits what it returns, what it yields, and what it collects', (t) => {
  const returned = new ChainHarness([source, flatMap(() => new Set(['a', 'b']))]).feed(0).out;
  const yielded = new ChainHarness([
    source,
    flatMap(function* (n: number) {
      for (let i = 0; i < n; i++) yield i;
    }),
  ]).feed(3).out;
  const collected = new ChainHarness([
    source,
    flatMap((n: number, out) => {
      out.collect(n);
      out.collect(n * 10);
      return [n * 100];
    }),
  ]).feed(1).out;
  t.deepEqual(
    [returned, yielded, collected],
    [
      ['a', 'b'],
      [0, 1, 2],
      [1, 10, 100],
    ],
  );
});

test('a fork feeds every branch, in order, and the ways out of the chain', (t) => {
  const seen: string[] = [];
  const harness = new ChainHarness(
    [
      source,
      map((n: number) => n * 2),
      sink((n: number) => void seen.push(`a${n}`)),
      sink((n: number) => void seen.push(`b${n}`)),
    ],
    {
      edges: [
        { source: 1, target: 2 },
        { source: 2, target: 3 },
        { source: 2, target: 4 },
      ],
      leaving: [2],
    },
  );
  harness.feed(1, 2);
  t.deepEqual(seen, ['a2', 'b2', 'a4', 'b4']);
  t.deepEqual(harness.out, [2, 4]);
});

test('process sees the event time, keyedProcess the key too', (t) => {
  const seen: unknown[] = [];
  const plain = {
    processElement: (v: unknown, c: { timestamp(): unknown }, out: { collect(r: unknown): void }) => {
      seen.push(c.timestamp());
      out.collect(v);
    },
  } as unknown as ProcessFunction<unknown, unknown>;
  const keyed = {
    processElement: (_: unknown, c: { getCurrentKey(): unknown; currentProcessingTime(): number }) =>
      void seen.push(c.getCurrentKey(), c.currentProcessingTime()),
  } as unknown as KeyedProcessFunction<unknown, unknown, unknown>;
  const first = new ChainHarness([source, { type: 'process', fn: plain }]);
  first.feed('x');
  first.task.timestampMs = 42;
  first.feed('y');
  new ChainHarness([source, { type: 'keyedProcess', fn: keyed, key: byKey }]).feed(reading('k1', 1, ''));
  t.deepEqual(seen, [null, 42, 'k1', 1000]);
});

test('reduce emits the first record as it is and then what the function makes of the last result', (t) => {
  const reduce: OperatorSpec = {
    type: 'keyedReduce',
    key: byKey,
    fn: { reduce: (a, b) => ({ ...(a as Reading), v: (a as Reading).v + (b as Reading).v }) },
  };
  const { out } = new ChainHarness([source, reduce]).feed(
    reading('a', 1, 'x'),
    reading('b', 5, 'y'),
    reading('a', 2, 'z'),
  );
  t.deepEqual(out, [reading('a', 1, 'x'), reading('b', 5, 'y'), reading('a', 3, 'x')]);
});

for (const objectReuse of [false, true]) {
  test(`rolling aggregations by Flink's rules, object reuse ${objectReuse}`, (t) => {
    const records = (): Reading[] => [
      reading('a', 3, '1'),
      reading('a', 5, '2'),
      reading('a', 5, '3'),
      reading('a', 1, '4'),
    ];
    const run = (kind: FieldAggregation['kind'], first = true): string[] => {
      const lines: string[] = [];
      const text = map((r: Reading) => void lines.push(`${r.v}${r.tag}`));
      new ChainHarness([source, aggregate(kind, 'v', first), text], { objectReuse }).feed(...records());
      return lines;
    };
    // The digit is the value, what follows it the tag of the record that the other fields come from.
    t.deepEqual(run('sum'), ['31', '81', '131', '141']);
    t.deepEqual(run('max'), ['31', '51', '51', '51']);
    t.deepEqual(run('min'), ['31', '31', '31', '11']);
    t.deepEqual(run('maxBy'), ['31', '52', '52', '52']);
    t.deepEqual(run('maxBy', false), ['31', '52', '53', '53']);
    t.deepEqual(run('minBy'), ['31', '31', '31', '14']);
  });
}

test('aggregations of records that are values, of other types, and of NaN, which is the greatest number', (t) => {
  const one = (kind: FieldAggregation['kind'], ...records: unknown[]): unknown[] => {
    const spec: OperatorSpec = {
      type: 'keyedAggregate',
      aggregation: { kind, field: undefined, first: true },
      key: () => 0,
    };
    return new ChainHarness([source, spec]).feed(...records).out;
  };
  t.deepEqual(one('sum', 1, 2, 3), [1, 3, 6]);
  t.deepEqual(one('sum', 1n, 2n), [1n, 3n]);
  t.deepEqual(one('max', 'b', 'a', 'c'), ['b', 'b', 'c']);
  t.deepEqual(one('max', 1, NaN, 2), [1, NaN, NaN]);
  t.deepEqual(one('min', NaN, 2), [NaN, 2]);
  t.deepEqual(one('max', new Date(1), new Date(2)), [new Date(1), new Date(2)]);
});

test('keys are told apart by value: strings, numbers, booleans, bigints, and objects by their form', (t) => {
  const count = (...keys: unknown[]): unknown[] => {
    const spec: OperatorSpec = {
      type: 'keyedReduce',
      key: (r) => (r as { key: unknown }).key,
      fn: { reduce: (a, b) => ({ ...(b as object), n: (a as { n: number }).n + 1 }) },
    };
    const { out } = new ChainHarness([source, spec]).feed(...keys.map((key) => ({ key, n: 1 })));
    return out.map((r) => (r as { n: number }).n);
  };
  t.deepEqual(count('1', 1, '1', 1), [1, 1, 2, 2]);
  t.deepEqual(count(true, 'true', true, 1n, 1n), [1, 1, 2, 1, 2]);
  t.deepEqual(count(['a', 1], ['a', 1], ['a', 2]), [1, 2, 1]);
  t.deepEqual(count(0, -0), [1, 2]);
});

test('what a sink of the program returns is waited for: it gets one record at a time', async (t) => {
  const invoked: number[] = [];
  let release: (() => void) | undefined;
  const slow = sink((n: number) => {
    invoked.push(n);
    return new Promise<void>((resolve) => (release = resolve));
  });
  const harness = new ChainHarness([source, flatMap((n: number) => [n, n + 1]), slow]);
  harness.feed(1);
  t.deepEqual([invoked, harness.settled], [[1], false]);
  release?.();
  await Promise.resolve();
  t.deepEqual([invoked, harness.settled], [[1, 2], false]);
  release?.();
  await harness.chain.allSettled();
  t.deepEqual([harness.settled, harness.settledCalls], [true, 1]);
});

test('a rejected sink is the failure of its task', async (t) => {
  const harness = new ChainHarness([source, sink(() => Promise.reject(new Error('disk full')))]);
  harness.feed(1);
  await harness.chain.allSettled();
  t.is(harness.task.failure?.code, 'TASK_USER_FUNCTION_FAILED');
  t.regex(harness.task.failure?.message ?? '', /sink 2 \(subtask 0\): disk full/);
});

test('an error names its operator and carries the mapped stack; a later one does not replace it', (t) => {
  const harness = new ChainHarness([
    source,
    map((n: number) => {
      if (n === 2) throw new TypeError('no twos');
      return n;
    }),
  ]);
  const error = thrownBy(() => harness.feed(1, 2));
  t.is(error.code, 'TASK_USER_FUNCTION_FAILED');
  t.is(error.message, 'map 2 (subtask 0): TypeError: no twos');
  t.is(error.subject, 'map 2');
  t.regex(error.stack ?? '', /^mapped: TypeError: no twos/);
  t.is(harness.task.failure, error);
  t.is(
    thrownBy(() => harness.feed(2)),
    error,
  );
});

test('what is thrown and no error, and errors that do not know where they happened, name operator and line', (t) => {
  for (const thrown of [null, 'text'] as unknown[]) {
    const harness = new ChainHarness([
      source,
      map(() => {
        throw thrown;
      }),
    ]);
    const { message } = thrownBy(() => harness.feed(1));
    t.is(message, `map 2 (subtask 0): ${inspect(thrown)} was thrown (declared at job.ts:7:3).`);
  }
  const broken = new WeftError('SINK_FILE_FAILED', 'Cannot write /out: no space is left.', { subject: '/out' });
  const harness = new ChainHarness([source, { type: 'sink', sink: { kind: 'print', prefix: '', stderr: false } }], {
    sink: {
      write: () => {
        throw broken;
      },
    },
  });
  const error = thrownBy(() => harness.feed(1));
  t.like(error, { code: 'SINK_FILE_FAILED', subject: '/out' });
  const where = 'The operator is declared at job.ts:7:3.';
  t.is(error.message, `sink 2 (subtask 0): Cannot write /out: no space is left. ${where}`);
});

test('an error below a flatMap is not lost when its function catches what the collector throws', (t) => {
  const harness = new ChainHarness([
    source,
    flatMap((n: number, out) => {
      try {
        out.collect(n);
      } catch {
        // A careless program.
      }
    }),
    map(() => {
      throw new Error('below');
    }),
  ]);
  harness.feed(1);
  t.is(harness.task.failure?.subject, 'map 3');
});

const misuses: [string, OperatorSpec, unknown, string, RegExp][] = [
  [
    'map returns a promise',
    map(async (n: number) => Promise.resolve(n)),
    1,
    'TASK_RETURNED_PROMISE',
    /map 2.*promise.*job\.ts:7:3/,
  ],
  ['filter returns a promise', filter(async () => Promise.resolve(false)), 1, 'TASK_RETURNED_PROMISE', /filter 2/],
  ['flatMap is async', flatMap(async () => Promise.resolve([1])), 1, 'TASK_RETURNED_PROMISE', /flatMap 2/],
  ['flatMap returns a number', flatMap(() => 7), 1, 'TASK_BAD_RESULT', /returned 7, which is not iterable/],
  [
    'sum of a string',
    aggregate('sum', 'tag'),
    reading('a', 1, 'x'),
    'TASK_BAD_AGGREGATE',
    /cannot sum field "tag": it is 'x'/,
  ],
  [
    'sum of a missing field',
    aggregate('sum', 'w'),
    reading('a', 1, 'x'),
    'TASK_BAD_AGGREGATE',
    /field "w": it is undefined/,
  ],
  ['max of an object', aggregate('max', 'o'), { k: 'a', o: {} }, 'TASK_BAD_AGGREGATE', /cannot max field "o"/],
  ['a key that is undefined', aggregate('sum', 'v'), { v: 1 }, 'TASK_BAD_KEY', /undefined cannot be a key/],
  ['a key that is NaN', aggregate('sum', 'v'), { k: NaN, v: 1 }, 'TASK_BAD_KEY', /NaN cannot be a key/],
];
for (const [what, operator, record, code, message] of misuses) {
  test(`misuse is named: ${what}`, (t) => {
    const error = thrownBy(() => new ChainHarness([source, operator]).feed(record));
    t.is(error.code, code as never);
    t.regex(error.message, message);
  });
}

test('functions are opened from the end of the chain and closed from its start, all of them', async (t) => {
  const calls: string[] = [];
  const rich = (name: string): OperatorSpec => ({
    type: 'map',
    fn: {
      map: (r) => r,
      setRuntimeContext: (context) => void calls.push(`${name} in ${context.taskName}`),
      open: () => void calls.push(`open ${name}`),
      close: () => {
        calls.push(`close ${name}`);
        if (name === 'a') throw new Error('a does not close');
      },
    },
  });
  const { chain } = new ChainHarness([source, rich('a'), rich('b')]);
  await chain.open(() => ({ taskName: 'T' }) as never);
  const error = await t.throwsAsync(chain.close());
  t.deepEqual(calls, ['b in T', 'open b', 'a in T', 'open a', 'close a', 'close b']);
  t.regex(error.message, /a does not close/);
  await t.notThrowsAsync(chain.close());
});

test('what takes a sum may keep and change it, whatever shape the records of other keys have', (t) => {
  const changing = map((record: { n: number; tags?: string[] }) => {
    const seen = structuredClone(record);
    record.n = -1;
    record.tags?.push('changed');
    return seen;
  });
  const records = [
    { n: 1, tags: ['a'] },
    { n: 2, tags: ['b'] },
    { n: 1, tags: [] },
    { n: 3 },
    { n: 2, other: new Date(5) },
  ];
  const keyed = records.map((record, i) => ({ k: ['x', 'x', 'x', 'y', 'z'][i], ...record }));
  const again = keyed.map((record) => structuredClone(record));
  const { out } = new ChainHarness([aggregate('sum', 'n'), changing]).feed(...keyed, ...again);
  t.deepEqual(
    out.slice(0, 3),
    [1, 3, 4].map((n) => ({ k: 'x', n, tags: ['a'] })),
  );
  t.deepEqual(out.slice(8), [
    { k: 'y', n: 6 },
    { k: 'z', n: 4, other: new Date(5) },
  ]);
});
