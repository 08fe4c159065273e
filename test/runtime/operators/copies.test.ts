/** Without object reuse, what a function keeps or changes is never seen across an operator boundary. */
import test from 'ava';
import type { OperatorSpec } from '../../../runtime/graph/operator-spec.js';
import { ChainHarness, filter, flatMap, map, sink, source } from './chain-harness.js';

interface Box {
  n: number;
  inner: { list: number[] };
}
const box = (n: number): Box => ({ n, inner: { list: [n] } });

function vandal(seen: string[]): OperatorSpec {
  return sink((record: Box) => {
    seen.push(JSON.stringify(record));
    record.n = -1;
    record.inner.list.push(-1);
  });
}

const key = (): unknown => 'k';
const producers: [string, () => OperatorSpec[]][] = [
  ['a source', () => []],
  ['a map that keeps its results', () => [map((b: Box) => kept(b))]],
  ['a filter that keeps its records', () => [filter((b: Box) => kept(b) === b)]],
  ['a flatMap', () => [flatMap((b: Box) => [kept(b), b])]],
  ['a reduce', () => [{ type: 'keyedReduce', key, fn: { reduce: (a) => a } }]],
  ['a sum', () => [{ type: 'keyedAggregate', key, aggregation: { kind: 'sum', field: 'n', first: true } }]],
  ['a max', () => [{ type: 'keyedAggregate', key, aggregation: { kind: 'max', field: 'n', first: true } }]],
  ['a maxBy', () => [{ type: 'keyedAggregate', key, aggregation: { kind: 'maxBy', field: 'n', first: true } }]],
];

const keptRecords: Box[] = [];
function kept(b: Box): Box {
  keptRecords.push(b);
  return b;
}

for (const [name, operators] of producers) {
  test.serial(`behind ${name}`, (t) => {
    keptRecords.length = 0;
    const seen: string[] = [];
    const chain = [source, ...operators()];
    const tail = chain.length;
    const records = [box(1), box(2)];
    // Two vandals beside each other: neither may see what the other does, nor what it did to an earlier record.
    new ChainHarness([...chain, vandal(seen), vandal(seen)], {
      edges: [
        ...chain.slice(1).map((_, i) => ({ source: i + 1, target: i + 2 })),
        { source: tail, target: tail + 1 },
        { source: tail, target: tail + 2 },
      ],
    }).feed(...records);
    t.false(
      seen.some((text) => text.includes('-1')),
      seen.join(' '),
    );
    t.deepEqual(records, [box(1), box(2)]);
    t.false(keptRecords.some(({ n }) => n < 0));
  });
}

test('with object reuse the record itself is handed over', (t) => {
  const record = box(1);
  const { out } = new ChainHarness([source, map((b: Box) => b), filter(() => true)], { objectReuse: true }).feed(
    record,
  );
  t.is(out[0], record);
});

test('with object reuse, state still keeps a copy of the records that it goes on from', (t) => {
  const reused = { n: 1, inner: { list: [] } };
  const sum: OperatorSpec = { type: 'keyedAggregate', key, aggregation: { kind: 'sum', field: 'n', first: true } };
  const totals: number[] = [];
  const harness = new ChainHarness([source, sum, sink((b: Box) => void totals.push(b.n))], { objectReuse: true });
  for (const n of [1, 2, 3]) {
    reused.n = n;
    harness.feed(reused);
  }
  t.deepEqual(totals, [1, 3, 6]);
});
