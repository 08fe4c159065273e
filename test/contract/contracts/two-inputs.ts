/** Operators that read two streams. */
import {
  BroadcastProcessFunction,
  KeyedBroadcastProcessFunction,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  type BroadcastContext,
  type Collector,
  type KeyedBroadcastContext,
  type KeyedReadOnlyBroadcastContext,
  type ReadOnlyBroadcastContext,
} from '../../../runtime/api/index.js';
import type { Contract } from '../contract.js';
import { Merge, MergeByKey, RULES, SIDE } from '../functions.js';
import type { Item } from '../items.js';
import { TWO_INPUTS, TWO_TIMED } from '../steps.js';

class Rule extends BroadcastProcessFunction<Item, Item, string> {
  processElement({ key, n }: Item, context: ReadOnlyBroadcastContext, out: Collector<string>): void {
    out.collect(`${key} ${n} of ${context.getBroadcastState(RULES).get(key)}`);
  }

  processBroadcastElement({ key, n }: Item, context: BroadcastContext): void {
    context.getBroadcastState(RULES).put(key, n);
    context.output(SIDE, `${key} is ${n}`);
  }
}

const SEEN = new ValueStateDescriptor<number>('seen');

class RuleByKey extends KeyedBroadcastProcessFunction<string, Item, Item, string> {
  processElement({ n }: Item, context: KeyedReadOnlyBroadcastContext<string>, out: Collector<string>): void {
    const seen = this.getRuntimeContext().getState(SEEN);
    seen.update((seen.value() ?? 0) + 1);
    const key = context.getCurrentKey();
    out.collect(`${key} ${n} of ${context.getBroadcastState(RULES).get(key)}, number ${seen.value()}`);
  }

  processBroadcastElement({ key, n }: Item, context: KeyedBroadcastContext<string>): void {
    context.getBroadcastState(RULES).put(key, n);
    context.applyToKeyedState(SEEN, (_key, seen) => seen.update((seen.value() ?? 0) + 100));
  }
}

const WINDOW = TumblingEventTimeWindows.of(70);
const pair = (a: Item, b: Item): string => `${a.key} ${a.n} ${b.n}`;

const RECORD_BY_RECORD: Record<string, Contract> = {
  union: { pipeline: (left, right) => left.union(right).map(({ n }) => n) },
  'connect, map': {
    pipeline: (left, right) =>
      left.connect(right).map(
        ({ n }) => n,
        ({ n }) => -n,
      ),
  },
  'connect, flatMap': {
    pipeline: (left, right) =>
      left.connect(right).flatMap(
        ({ n }) => [n],
        ({ n }, out: Collector<number>) => out.collect(-n),
      ),
  },
  'connect, process': { pipeline: (left, right) => left.connect(right).process(new Merge()), sideOutput: SIDE },
  'connect, process on keys': {
    pipeline: (left, right) => left.connect(right).keyBy('key', 'key').process(new MergeByKey()),
    sideOutput: SIDE,
  },
  broadcast: {
    pipeline: (left, right) => left.connect(right.broadcast(RULES)).process(new Rule()),
    sideOutput: SIDE,
  },
  'broadcast, keyed': {
    pipeline: (left, right) => left.keyBy('key').connect(right.broadcast(RULES)).process(new RuleByKey()),
  },
};

const JOINS: Record<string, Contract> = {
  'window join': {
    pipeline: (left, right) => left.join(right).where('key').equalTo('key').window(WINDOW).apply(pair),
    fanOut: 40,
    firesKeysTogether: true,
  },
  'window join that collects': {
    pipeline: (left, right) =>
      left
        .join(right)
        .where('key')
        .equalTo('key')
        .window(WINDOW)
        .apply((a: Item, b: Item, out: Collector<string>) => out.collect(pair(a, b))),
    fanOut: 40,
    firesKeysTogether: true,
  },
  coGroup: {
    pipeline: (left, right) =>
      left
        .coGroup(right)
        .where('key')
        .equalTo('key')
        .window(WINDOW)
        .apply((a: Iterable<Item>, b: Iterable<Item>, out: Collector<string>) =>
          out.collect(`${[...a].map(({ n }) => n).join(' ')} | ${[...b].map(({ n }) => n).join(' ')}`),
        ),
    fanOut: 12,
    firesKeysTogether: true,
  },
  'interval join': {
    pipeline: (left, right) =>
      left
        .keyBy('key')
        .intervalJoin(right.keyBy('key'))
        .between(-50, 60)
        .process((a: Item, b: Item, _context: object, out: Collector<string>) => out.collect(pair(a, b))),
    fanOut: 10,
  },
};

const with2 = (contracts: Record<string, Contract>, steps: Contract['steps']): Record<string, Contract> =>
  Object.fromEntries(
    Object.entries(contracts).map(([name, contract]) => [name, { inputs: 2, steps, ...contract }]),
  ) as Record<string, Contract>;

export const TWO_INPUT_CONTRACTS: Readonly<Record<string, Contract>> = {
  ...with2(RECORD_BY_RECORD, TWO_INPUTS),
  ...with2(JOINS, TWO_TIMED),
};
