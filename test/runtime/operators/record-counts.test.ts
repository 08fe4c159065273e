import test from 'ava';
import { OutputTag, ProcessFunction, type Collector, type ProcessContext } from '../../../runtime/functions/index.js';
import type { OperatorSpec } from '../../../runtime/graph/operator-spec.js';
import { ChainHarness, filter, flatMap, map, sink, source } from './chain-harness.js';

const late = new OutputTag<number>('late');

function counts({ chain }: ChainHarness, headRecords: number): (readonly [string, number, number])[] {
  return chain.records(headRecords).map(({ node, recordsIn, recordsOut }) => [node.name, recordsIn, recordsOut]);
}

test('each operator of a chain tells what it took and emitted', (t) => {
  const harness = new ChainHarness([
    map((n: number) => n * 2),
    filter((n: number) => n % 4 === 0),
    flatMap((n: number, out) => {
      out.collect(n);
      return [n, n];
    }),
    flatMap(function* (n: number) {
      yield n;
      yield n;
    }),
    sink(() => undefined),
  ]).feed(1, 2, 3, 4, 5, 6);
  t.deepEqual(counts(harness, 6), [
    ['map 1', 6, 6],
    ['filter 2', 6, 3],
    ['flatMap 3', 3, 9],
    ['flatMap 4', 9, 18],
    ['sink 5', 18, 0],
  ]);
});

class Split extends ProcessFunction<number, number> {
  override processElement(value: number, context: ProcessContext, out: Collector<number>): void {
    if (value > 2) context.output(late, value);
    else out.collect(value);
  }
}

test('consumers of a main and of a side output get their own counts', (t) => {
  const split = { type: 'process', fn: new Split() } as OperatorSpec;
  const harness = new ChainHarness([split, sink(() => undefined), sink(() => undefined)], {
    edges: [
      { source: 1, target: 2 },
      { source: 1, target: 3, outputTag: 'late' },
    ],
  }).feed(1, 2, 3);
  t.deepEqual(counts(harness, 3), [
    ['process 1', 3, 3],
    ['sink 2', 2, 0],
    ['sink 3', 1, 0],
  ]);
});

test('a source emits what its reader counts', (t) => {
  const harness = new ChainHarness([source, sink(() => undefined)]);
  harness.chain.headOperator.emitted[0] += 3;
  t.deepEqual(counts(harness, 0), [
    ['source 1', 0, 3],
    ['sink 2', 3, 0],
  ]);
});
