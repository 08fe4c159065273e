import test from 'ava';
import { OutputTag, type Collector, type ProcessContext } from '../../../runtime/functions/index.js';
import type { OperatorSpec } from '../../../runtime/graph/operator-spec.js';
import { Chain, TaskContext } from '../../../runtime/operators/index.js';
import { ManualClock } from '../../../runtime/common/clock.js';
import { ChainHarness, map, nodeOf, sink, statesOf } from './chain-harness.js';

const odd = new OutputTag<unknown>('odd');

const process = (fn: (value: never, context: ProcessContext, out: Collector<unknown>) => unknown): OperatorSpec => ({
  type: 'process',
  fn: { processElement: fn } as never,
});

const split = process((value: number, context, out) => {
  if (value % 2 === 0) out.collect(value);
  else context.output(odd, { value });
});

/** A function whose records go to a sink in the chain by its main and by its side output, and leave by the side output. */
function build(objectReuse: boolean): { chain: Chain; main: unknown[]; side: unknown[]; left: unknown[] } {
  const [main, side, left]: [unknown[], unknown[], unknown[]] = [[], [], []];
  const specs = [
    split,
    sink((value) => void main.push(value)),
    map((value: { value: number }) => {
      value.value += 100;
      return value;
    }),
    sink((value) => void side.push(value)),
  ];
  const clock = new ManualClock(0);
  const chain = new Chain({
    task: new TaskContext(clock, 0),
    statesOf: (node) => statesOf(node, clock),
    nodes: specs.map((spec, index) => nodeOf(index + 1, spec)),
    edges: [
      { source: 1, target: 2 },
      { source: 1, target: 3, outputTag: 'odd' },
      { source: 3, target: 4 },
    ],
    objectReuse,
    outputs: new Map(),
    sideOutputs: new Map([[1, new Map([['odd', [(record: unknown) => void left.push(record)]]])]]),
    makeSink: () => ({ write: () => undefined }),
    mapStack: () => undefined,
    onSettled: () => undefined,
  });
  return { chain, main, side, left };
}

test('main and side outputs go their own ways', (t) => {
  const { chain, main, side, left } = build(false);
  for (const n of [1, 2, 3, 4]) chain.head(n);
  t.deepEqual(main, [2, 4]);
  t.deepEqual(side, [{ value: 101 }, { value: 103 }]);
  // The consumer in the chain got copies.
  t.deepEqual(left, [{ value: 1 }, { value: 3 }]);
});

test('with object reuse the consumers of a side output see one object', (t) => {
  const { chain, side, left } = build(true);
  chain.head(1);
  t.is(side[0], left[0]);
});

test('a side output that nobody reads is dropped', (t) => {
  const harness = new ChainHarness([split]).feed(1, 2);
  t.deepEqual(harness.out, [2]);
});

test('only an OutputTag names a side output', (t) => {
  const harness = new ChainHarness([process((_value, context) => context.output('odd' as never, 1))]);
  t.throws(() => harness.feed(1), { code: 'TASK_BAD_OUTPUT', message: /process 1 .*'odd' instead of an OutputTag/ });
  t.throws(() => new OutputTag(''), { instanceOf: TypeError });
});

test('what is emitted after the call is refused, by the collector and by the context', (t) => {
  const kept: { out?: Collector<unknown>; context?: ProcessContext } = {};
  const harness = new ChainHarness([process((_value, context, out) => void Object.assign(kept, { context, out }))]);
  harness.feed(1);
  const expected = { code: 'TASK_BAD_OUTPUT', message: /emitted after it had returned \(declared at job\.ts:7:3\)/ };
  t.throws(() => kept.out?.collect(1), expected);
  t.throws(() => kept.context?.output(odd, 1), expected);
});
