import test from 'ava';
import type { Collector, ProcessContext } from '../../../runtime/functions/index.js';
import type { OperatorSpec } from '../../../runtime/graph/operator-spec.js';
import { ChainHarness, map } from './chain-harness.js';

const both = (spec: OperatorSpec): ChainHarness => new ChainHarness([spec, map((value) => `>${String(value)}`)]);

function feed(harness: ChainHarness, ...records: [input: number, record: unknown][]): unknown[] {
  for (const [input, record] of records) harness.chain.inputs[input](record);
  return harness.out;
}

test('coMap and coFlatMap call the method of the input', (t) => {
  const mapped = both({ type: 'coMap', fn: { map1: (n) => `1:${String(n)}`, map2: (n) => `2:${String(n)}` } });
  t.deepEqual(feed(mapped, [0, 'a'], [1, 'b'], [0, 'c']), ['>1:a', '>2:b', '>1:c']);
  const flat = both({
    type: 'coFlatMap',
    fn: { flatMap1: (n) => [n, n], flatMap2: (n, out) => out.collect(n) },
  });
  t.deepEqual(feed(flat, [0, 'a'], [1, 'b']), ['>a', '>a', '>b']);
});

test('the functions of both inputs share their object', (t) => {
  class Rules {
    private readonly allowed = new Set<unknown>();
    flatMap1(rule: unknown): void {
      this.allowed.add(rule);
    }
    flatMap2(value: unknown): unknown[] {
      return this.allowed.has(value) ? [value] : [];
    }
  }
  const harness = both({ type: 'coFlatMap', fn: new Rules() });
  t.deepEqual(feed(harness, [1, 'a'], [0, 'a'], [1, 'a'], [1, 'b']), ['>a']);
});

const tell = (value: unknown, context: ProcessContext<unknown>, out: Collector<unknown>): void =>
  out.collect(`${String(value)} ${String(context.getCurrentKey())}`);

test('a keyed function sees the key of either input', (t) => {
  const harness = both({
    type: 'keyedCoProcess',
    keys: [(value) => (value as string).length, (value) => value],
    fn: { processElement1: tell, processElement2: tell } as never,
  });
  t.deepEqual(feed(harness, [0, 'abc'], [1, 7], [0, 'd']), ['>abc 3', '>7 7', '>d 1']);
});

test('errors name the operator, whichever input they come from', (t) => {
  const harness = both({
    type: 'coProcess',
    fn: {
      processElement1: () => undefined,
      processElement2: () => {
        throw new Error('bad second');
      },
    } as never,
  });
  t.throws(() => harness.chain.inputs[1](1), {
    code: 'TASK_USER_FUNCTION_FAILED',
    message: /coProcess 1 .*bad second/,
  });
});
