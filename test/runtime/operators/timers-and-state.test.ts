import test from 'ava';
import {
  AggregatingStateDescriptor,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  MAX_WATERMARK,
  ProcessFunction,
  ReducingStateDescriptor,
  RichFlatMapFunction,
  RichMapFunction,
  StateTtlConfig,
  TimeDomain,
  ValueStateDescriptor,
  type CheckpointedFunction,
  type Collector,
  type FunctionInitializationContext,
  type FunctionSnapshotContext,
  type ListCheckpointed,
  type ListState,
  type OnTimerContext,
  type ProcessContext,
  type ValueState,
} from '../../../runtime/api/index.js';
import {
  keyedOperatorHarness,
  operatorHarness,
  twoInputOperatorHarness,
  type HarnessOptions,
} from '../../../runtime/testing/index.js';

interface Item {
  key: string;
  n: number;
}

const item = (key: string, n: number): Item => ({ key, n });
const byKey = ({ key }: Item): string => key;

/** Sets timers as the records say, and tells when they fire. */
class Alarm extends KeyedProcessFunction<string, Item, string> {
  processElement({ n }: Item, context: ProcessContext<string>): void {
    const timers = context.timerService();
    if (n < 0) timers.deleteEventTimeTimer(-n);
    else if (n >= 1000) timers.registerProcessingTimeTimer(n);
    else timers.registerEventTimeTimer(n);
  }

  override onTimer(timestampMs: number, context: OnTimerContext<string>, out: Collector<string>): void {
    const kind = context.timeDomain() === TimeDomain.EVENT_TIME ? 'event' : 'processing';
    out.collect(`${kind} ${context.getCurrentKey()} ${timestampMs} at ${context.timerService().currentWatermark()}`);
  }
}

test('event-time timers fire when the watermark reaches them, once, with their own timestamp', async (t) => {
  const harness = await keyedOperatorHarness(byKey, (items) => items.process(new Alarm()));
  for (const each of [item('a', 10), item('a', 10), item('b', 5), item('a', 20), item('a', -20)]) {
    harness.processElement(each, 1);
  }
  harness.processWatermark(4);
  t.deepEqual(harness.getOutput(), []);
  harness.processWatermark(10);
  t.deepEqual(harness.getTimestampedOutput(), [
    { value: 'event b 5 at 10', timestamp: 5 },
    { value: 'event a 10 at 10', timestamp: 10 },
  ]);
  harness.processWatermark(MAX_WATERMARK);
  t.is(harness.getOutput().length, 2);
  await harness.close();
});

test('processing-time timers fire by the clock, without a timestamp, and not at the end of the input', async (t) => {
  const harness = await keyedOperatorHarness(byKey, (items) => items.process(new Alarm()));
  harness.processElements([item('a', 2000), item('b', 1500), item('c', 9000)]);
  harness.setProcessingTime(1499);
  t.deepEqual(harness.getOutput(), []);
  harness.setProcessingTime(2000);
  t.deepEqual(
    harness.getTimestampedOutput().map(({ value, timestamp }) => [value.split(' at ')[0], timestamp]),
    [
      ['processing b 1500', null],
      ['processing a 2000', null],
    ],
  );
  await harness.close();
  t.is(harness.getOutput().length, 2);
});

test('the end of the input fires every event-time timer', async (t) => {
  const harness = await keyedOperatorHarness(byKey, (items) => items.process(new Alarm()));
  harness.processElement(item('a', 999));
  await harness.close();
  t.deepEqual(harness.getOutput(), [`event a 999 at ${MAX_WATERMARK}`]);
});

test('timers and state of all kinds go on after a restore', async (t) => {
  const first = await keyedOperatorHarness(byKey, (items) => items.process(new Alarm()));
  first.processElements([item('a', 10), item('b', 10), item('a', 3000)]);
  const restore = await first.snapshot();
  const second = await keyedOperatorHarness(byKey, (items) => items.process(new Alarm()), { restore });
  second.processWatermark(10);
  second.setProcessingTime(3000);
  t.deepEqual(
    second
      .getOutput()
      .map((text) => text.split(' at ')[0])
      .toSorted(),
    ['event a 10', 'event b 10', 'processing a 3000'],
  );
  first.processWatermark(10);
  t.is(first.getOutput().length, 2, 'the one it was taken of goes on as well');
});

class EveryKind extends RichFlatMapFunction<Item, string> {
  private last?: ValueState<number>;
  private readonly kinds = () => {
    const context = this.getRuntimeContext();
    return {
      last: context.getState(new ValueStateDescriptor<number>('last', undefined, -1)),
      list: context.getListState(new ListStateDescriptor<number>('list')),
      map: context.getMapState(new MapStateDescriptor<string, number>('map')),
      sum: context.getReducingState(new ReducingStateDescriptor<number>('sum', (a, b) => a + b)),
      mean: context.getAggregatingState(
        new AggregatingStateDescriptor<number, { n: number; sum: number }, number>('mean', {
          createAccumulator: () => ({ n: 0, sum: 0 }),
          add: (value, acc) => ({ n: acc.n + 1, sum: acc.sum + value }),
          getResult: ({ n, sum }) => sum / n,
        }),
      ),
    };
  };
  private state?: ReturnType<EveryKind['kinds']>;

  override open(): void {
    this.state = this.kinds();
    this.last = this.state.last;
  }

  *flatMap({ key, n }: Item): Iterable<string> {
    const { list, map, sum, mean } = this.state as ReturnType<EveryKind['kinds']>;
    if (n < 0) {
      for (const state of [this.last, list, map, sum, mean]) state?.clear();
    } else {
      list.add(n);
      map.put(`n${n % 2}`, (map.get(`n${n % 2}`) ?? 0) + 1);
      sum.add(n);
      mean.add(n);
    }
    const entries = [...map.entries()].map(([k, v]) => `${k}=${v}`).join();
    yield `${key}: ${this.last?.value()} [${[...list.get()].join()}] {${entries}} ${sum.get()} ${mean.get()}`;
    if (n >= 0) this.last?.update(n);
  }
}

test('state of every kind belongs to the key, is cleared for it, and comes back', async (t) => {
  const pipeline = () => new EveryKind();
  const harness = await keyedOperatorHarness(byKey, (items) => items.flatMap(pipeline()));
  harness.processElements([item('a', 1), item('b', 7), item('a', 3)]);
  t.deepEqual(harness.getOutput(), ['a: -1 [1] {n1=1} 1 1', 'b: -1 [7] {n1=1} 7 7', 'a: 1 [1,3] {n1=2} 4 2']);
  const restore = await harness.snapshot();
  const again = await keyedOperatorHarness(byKey, (items) => items.flatMap(pipeline()), { restore });
  again.processElements([item('a', 2), item('b', -1), item('b', 8)]);
  t.deepEqual(again.getOutput(), [
    'a: 3 [1,3,2] {n1=2,n0=1} 6 2',
    'b: -1 [] {} undefined undefined',
    'b: -1 [8] {n0=1} 8 8',
  ]);
});

test('rolling operators keep their state in checkpoints too', async (t) => {
  const first = await keyedOperatorHarness(byKey, (items) => items.sum('n'));
  first.processElements([item('a', 1), item('b', 2), item('a', 3)]);
  const restore = await first.snapshot();
  const second = await keyedOperatorHarness(byKey, (items) => items.sum('n'), { restore });
  second.processElements([item('a', 10), item('b', 10), item('c', 1)]);
  t.deepEqual(second.getOutput(), [item('a', 14), item('b', 12), item('c', 1)]);
  const reduce = (a: Item, b: Item): Item => ({ key: a.key, n: Math.max(a.n, b.n) });
  const third = await keyedOperatorHarness(byKey, (items) => items.reduce(reduce));
  third.processElements([item('a', 5)]);
  const kept = await third.snapshot();
  third.processElements([item('a', 50)]);
  const fourth = await keyedOperatorHarness(byKey, (items) => items.reduce(reduce), { restore: kept });
  fourth.processElements([item('a', 3)]);
  t.deepEqual(fourth.getOutput(), [item('a', 5)]);
});

class Remember extends RichMapFunction<Item, number | null> {
  private state?: ValueState<number>;

  constructor(private readonly ttl: StateTtlConfig) {
    super();
  }

  override open(): void {
    const descriptor = new ValueStateDescriptor<number>('n').enableTimeToLive(this.ttl);
    this.state = this.getRuntimeContext().getState(descriptor);
  }

  map({ n }: Item): number | null {
    const before = this.state?.value() ?? null;
    if (n > 0) this.state?.update(n);
    return before;
  }
}

test('state expires after its time to live, counted from writes, or from reads as well', async (t) => {
  const run = async (ttl: StateTtlConfig): Promise<(number | null)[]> => {
    const harness = await keyedOperatorHarness(byKey, (items) => items.map(new Remember(ttl)));
    harness.processElement(item('a', 7));
    for (const ms of [60, 120]) {
      harness.setProcessingTime(ms);
      harness.processElement(item('a', 0));
    }
    return harness.getOutput();
  };
  t.deepEqual(await run(StateTtlConfig.newBuilder(100).build()), [null, 7, null]);
  t.deepEqual(await run(StateTtlConfig.newBuilder(100).updateTtlOnReadAndWrite().build()), [null, 7, 7]);
  const visible = StateTtlConfig.newBuilder(100).returnExpiredIfNotCleanedUp().disableCleanupInBackground().build();
  t.deepEqual(await run(visible), [null, 7, 7]);
});

test('what has expired is left out of a full snapshot, and cleaned up by accesses of other keys', async (t) => {
  const ttl = StateTtlConfig.newBuilder(100).cleanupFullSnapshot().cleanupIncrementally(10).build();
  const harness = await keyedOperatorHarness(byKey, (items) => items.map(new Remember(ttl)));
  harness.processElements([item('a', 1), item('b', 2)]);
  harness.setProcessingTime(200);
  const kept = [...(await harness.snapshot()).byOperator.values()].flatMap(({ keyed }) => keyed);
  t.deepEqual(
    kept.map((part) => [...(part.portions() as Iterable<unknown>)]),
    [[]],
  );
});

test('misuse of state and timers is told', async (t) => {
  const withoutKey = await operatorHarness<Item, unknown>((items) =>
    items.process((_value, context) => context.timerService().registerEventTimeTimer(1)),
  );
  t.throws(() => withoutKey.processElement(item('a', 1)), { message: /timers belong to keys/ });
  class Asks extends RichMapFunction<Item, Item> {
    override open(): void {
      this.getRuntimeContext().getState(new ValueStateDescriptor<number>('n'));
    }

    map(value: Item): Item {
      return value;
    }
  }
  await t.throwsAsync(
    operatorHarness<Item, Item>((items) => items.map(new Asks())),
    { message: /belongs to keys/ },
  );
  class Reads extends RichMapFunction<Item, number> {
    override open(): void {
      this.getRuntimeContext().getState(new ValueStateDescriptor<number>('n')).value();
    }

    map(): number {
      return 0;
    }
  }
  await t.throwsAsync(
    keyedOperatorHarness(byKey, (items) => items.map(new Reads())),
    { message: /none is at hand/ },
  );
  class Wrong extends RichMapFunction<Item, number> {
    override open(): void {
      this.getRuntimeContext().getState(new ListStateDescriptor<number>('n') as never);
    }

    map(): number {
      return 0;
    }
  }
  await t.throwsAsync(
    keyedOperatorHarness(byKey, (items) => items.map(new Wrong())),
    {
      message: /needs a value state descriptor, and was given one of list state/,
    },
  );
  const badTimer = await keyedOperatorHarness(byKey, (items) =>
    items.process<never>((_value, context) => context.timerService().registerEventTimeTimer(NaN)),
  );
  t.throws(() => badTimer.processElement(item('a', 1)), { message: /a timer cannot be set for NaN/ });
});

class Buffer3 extends ProcessFunction<number, string> implements CheckpointedFunction {
  private waiting: number[] = [];
  private kept?: ListState<number>;
  private everywhere?: ListState<string>;
  restored = '';

  initializeState(context: FunctionInitializationContext): void {
    this.kept = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('waiting'));
    this.everywhere = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<string>('everywhere'));
    if (context.isRestored()) this.waiting = [...this.kept.get()];
    this.restored = `${context.isRestored()} ${[...this.everywhere.get()].join()} ${context
      .getRawState()
      .map((bytes) => bytes.join())
      .join('|')}`;
  }

  snapshotState(context: FunctionSnapshotContext): void {
    this.kept?.update(this.waiting);
    this.everywhere?.update(['a', 'b']);
    context.writeRawState(Uint8Array.of(1, 2));
  }

  processElement(value: number, _context: ProcessContext, out: Collector<string>): void {
    this.waiting.push(value);
    if (this.waiting.length < 3) return;
    out.collect(this.waiting.join('+'));
    this.waiting = [];
  }
}

test('a function keeps lists and bytes of its own', async (t) => {
  const harness = await operatorHarness<number, string>((input) => input.process(new Buffer3()));
  harness.processElements([1, 2, 3, 4]);
  const restore = await harness.snapshot();
  const fn = new Buffer3();
  const again = await operatorHarness<number, string>((input) => input.process(fn), { restore });
  t.is(fn.restored, 'true a,b 1,2');
  again.processElements([5, 6]);
  t.deepEqual(again.getOutput(), ['4+5+6']);
});

class Count extends RichMapFunction<number, number> implements ListCheckpointed<number> {
  private count = 0;

  snapshotState(): number[] {
    return [this.count];
  }

  restoreState(state: readonly number[]): void {
    this.count = state.reduce((a, b) => a + b, 0);
  }

  map(): number {
    return ++this.count;
  }
}

test('the older way: a list that is taken and given back', async (t) => {
  const harness = await operatorHarness<number, number>((input) => input.map(new Count()));
  harness.processElements([0, 0]);
  const restore = await harness.snapshot();
  const again = await operatorHarness<number, number>((input) => input.map(new Count()), { restore });
  again.processElements([0]);
  t.deepEqual(again.getOutput(), [3]);
});

const RULES = new MapStateDescriptor<string, number>('rules');

test('broadcast state: changed by its own stream, read by the other, kept', async (t) => {
  const build = (options: HarnessOptions = {}) =>
    twoInputOperatorHarness<Item, Item, string>(
      (items, rules) =>
        items
          .keyBy(byKey)
          .connect(rules.broadcast(RULES))
          .process({
            processElement({ key, n }, context, out: Collector<string>) {
              const rule = context.getBroadcastState(RULES).get(key) ?? 0;
              if (n === 99)
                (context.getBroadcastState(RULES) as unknown as { put(k: string, v: number): void }).put(key, 1);
              context.timerService().registerEventTimeTimer(50);
              out.collect(`${context.getCurrentKey()} ${n * rule}`);
            },
            processBroadcastElement({ key, n }, context, out) {
              context.getBroadcastState(RULES).put(key, n);
              out.collect(`rule ${key}`);
            },
            onTimer(timestampMs, context, out) {
              out.collect(`timer ${context.getCurrentKey()} ${timestampMs}`);
            },
          }),
      options,
    );
  const harness = await build();
  harness.processElement1(item('a', 2));
  harness.processElement2(item('a', 10));
  harness.processElement1(item('a', 2));
  t.deepEqual(harness.getOutput(), ['a 0', 'rule a', 'a 20']);
  const restore = await harness.snapshot();
  const again = await build({ restore });
  again.processElement1(item('a', 3));
  again.processWatermark1(60);
  t.deepEqual(again.getOutput(), ['a 30'], 'the operator has come as far as the input that is behind');
  again.processWatermark2(55);
  t.deepEqual(again.getOutput(), ['a 30', 'timer a 50']);
  t.throws(() => again.processElement1(item('a', 99)), { message: /"rules" can only be read here/ });
});
