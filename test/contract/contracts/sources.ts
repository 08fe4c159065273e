/** Sources, operators over all of a bounded input, and loops. */
import type { StreamExecutionEnvironment } from '../../../runtime/api/index.js';
import { ITEMS } from '../items.js';

interface SourceContract {
  build: (env: StreamExecutionEnvironment) => object;
  expected: unknown[];
  /** Numbers whose order is nobody's promise. */
  unordered?: boolean;
  /** Goes round, until nothing has come for a while by the machine's clock. */
  loop?: boolean;
  /** How many records one record leads to at most. @default 1 */
  fanOut?: number;
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

export const SOURCE_CONTRACTS: Readonly<Record<string, SourceContract>> = {
  elements: { build: (env) => env.fromCollection(ITEMS), expected: [...ITEMS] },
  sequence: { build: (env) => env.fromSequence(1, 300), expected: upTo(300) },
  'source function': {
    build: (env) =>
      env.addSource({
        async run(context) {
          for (const n of upTo(300)) await context.collect(n);
        },
        cancel: () => undefined,
      }),
    expected: upTo(300),
  },
  'source that generates': { build: (env) => env.addSource(() => upTo(300)), expected: upTo(300) },
  distinct: {
    build: (env) => env.fromCollection(ITEMS.map(({ n }) => n)).distinct(),
    expected: [...new Set(ITEMS.map(({ n }) => n))].toSorted((a, b) => a - b),
    unordered: true,
  },
  'first of a group': {
    build: (env) =>
      env
        .fromCollection(ITEMS)
        .groupBy('key')
        .sortGroup('n', 'DESCENDING')
        .first(2)
        .map(({ n }) => n),
    expected: ['ann', 'bob', 'cid']
      .flatMap((key) =>
        ITEMS.filter((item) => item.key === key)
          .map(({ n }) => n)
          .toSorted((a, b) => b - a)
          .slice(0, 2),
      )
      .toSorted((a, b) => a - b),
    unordered: true,
  },
  sortPartition: {
    build: (env) => env.fromCollection(ITEMS.map(({ n }) => n)).sortPartition((n) => n, 'ASCENDING'),
    expected: ITEMS.map(({ n }) => n).toSorted((a, b) => a - b),
  },
  iterate: {
    build: (env) => {
      const loop = env.fromSequence(1, 20).iterate(50);
      const body = loop.map((n) => n - 10);
      loop.closeWith(body.filter((n) => n > 0));
      return body;
    },
    expected: [...upTo(20).map((n) => n - 10), ...upTo(10).map((n) => n - 10)].toSorted((a, b) => a - b),
    unordered: true,
    loop: true,
  },
};
