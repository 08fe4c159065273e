import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { WatermarkStrategy } from '../../../runtime/api/index.js';
import { MAX_WATERMARK, splitSource, type Source, type WatermarkGenerator } from '../../../runtime/functions/index.js';
import type { OperatorSpec } from '../../../runtime/graph/operator-spec.js';
import { ChainHarness, map, source } from './chain-harness.js';

interface Event {
  at: number;
}

const at = (...times: number[]): Event[] => times.map((ms) => ({ at: ms }));
const byField = (event: Event): number => event.at;
const bounded = (ms: number): WatermarkStrategy<Event> =>
  WatermarkStrategy.forBoundedOutOfOrderness<Event>(ms).withTimestampAssigner(byField);
const assign = (strategy: WatermarkStrategy<never>): OperatorSpec => ({
  type: 'watermarks',
  watermarks: strategy.toSpec(),
});

function tick(harness: ChainHarness, byMs: number): void {
  const { clock, schedule } = harness.task;
  if (clock instanceof ManualClock) clock.advance(byMs);
  schedule.run(clock.nowMs());
}

test('the watermark stays the bound and a millisecond behind the largest timestamp, told every interval', (t) => {
  const harness = new ChainHarness([source, assign(bounded(5))]).feed(...at(10, 30, 20));
  t.deepEqual(harness.said, []);
  tick(harness, 200);
  t.deepEqual(harness.said, ['watermark 24']);
  tick(harness, 200);
  harness.feed(...at(25));
  tick(harness, 200);
  t.deepEqual(harness.said, ['watermark 24'], 'neither repeated nor taken back');
  t.deepEqual(harness.timestamps, [10, 30, 20, 25]);
});

test('monotonous timestamps have a bound of 0, and there may be no watermarks at all', (t) => {
  const monotonous = WatermarkStrategy.forMonotonousTimestamps<Event>().withTimestampAssigner(byField);
  const harness = new ChainHarness([source, assign(monotonous)]).feed(...at(7));
  tick(harness, 200);
  t.deepEqual(harness.said, ['watermark 6']);
  const none = WatermarkStrategy.noWatermarks<Event>().withTimestampAssigner(byField);
  const silent = new ChainHarness([source, assign(none)]).feed(...at(7));
  tick(silent, 200);
  t.deepEqual(silent.said, []);
  const untimed = new ChainHarness([source, assign(WatermarkStrategy.noWatermarks())]).feed(...at(7));
  t.is(untimed.timestamps.length, 1, 'without watermarks a record needs no time');
});

test('a generator of the program may emit at records, and its errors name the operator', (t) => {
  const atRecords: WatermarkGenerator<Event> = {
    onEvent(event, timestampMs, output) {
      if (event.at < 0) throw new RangeError('negative');
      output.emitWatermark(timestampMs);
    },
    onPeriodicEmit: () => undefined,
  };
  const strategy = WatermarkStrategy.forGenerator<Event>(() => atRecords).withTimestampAssigner(byField);
  const harness = new ChainHarness([source, assign(strategy)]).feed(...at(1, 5, 3));
  t.deepEqual(harness.said, ['watermark 1', 'watermark 5']);
  t.throws(() => harness.feed(...at(-1)), { message: /watermarks 2 .*negative/ });
});

test('an assigner sees what the record had, and its result goes on down the chain', (t) => {
  const seen: number[] = [];
  const strategy = WatermarkStrategy.noWatermarks<Event>().withTimestampAssigner((event: Event, before) => {
    seen.push(before);
    return event.at;
  });
  const harness = new ChainHarness([source, assign(strategy), map((event: Event) => event.at)]);
  harness.task.timestampMs = 99;
  harness.feed(...at(4));
  t.deepEqual(seen, [99]);
  t.deepEqual(harness.timestamps, [4]);
  t.is(harness.task.timestampMs, 99, 'what stands behind in the same call sees the old one');
});

for (const [what, event] of [
  ['missing', {}],
  ['NaN', { at: NaN }],
  ['infinite', { at: Infinity }],
  ['a text', { at: '2020-01-01' }],
] as const) {
  test(`a timestamp that is ${what} is named with its record`, (t) => {
    const error = t.throws(() => new ChainHarness([source, assign(bounded(5))]).feed(event));
    t.like(error, { code: 'TIME_NO_TIMESTAMP', subject: 'watermarks 2' });
  });
}

test('without an assigner a record keeps its timestamp, and must have one', (t) => {
  const harness = new ChainHarness([source, assign(WatermarkStrategy.forMonotonousTimestamps())]);
  harness.task.timestampMs = 12;
  harness.feed('x');
  t.deepEqual(harness.timestamps, [12]);
  harness.task.timestampMs = NaN;
  t.throws(() => harness.feed('y'), { code: 'TIME_NO_TIMESTAMP' });
});

test('idleness counts from the first look that saw no record; a record ends it', (t) => {
  const harness = new ChainHarness([source, assign(bounded(0).withIdleness(500))]).feed(...at(1));
  for (let i = 0; i < 4; i++) tick(harness, 200);
  t.deepEqual(harness.said, ['watermark 0']);
  tick(harness, 200);
  t.deepEqual(harness.said, ['watermark 0', 'idle']);
  tick(harness, 200);
  harness.feed(...at(9));
  tick(harness, 200);
  t.deepEqual(harness.said, ['watermark 0', 'idle', 'active', 'watermark 8']);
});

test('watermarks from above are dropped, but for the last', (t) => {
  const harness = new ChainHarness([source, assign(bounded(5))]).feed(...at(10));
  const [, time] = [harness.chain.inputTimes, harness.chain.headOperator.sourceTime];
  time?.emitWatermark(1000);
  t.deepEqual(harness.said, []);
  time?.finish();
  t.deepEqual(harness.said, ['watermark 4', `watermark ${MAX_WATERMARK}`]);
});

test('one record far ahead of the clock does not drag the watermark along when a bound is set', (t) => {
  const harness = new ChainHarness([source, assign(bounded(0).withFutureBound(60_000))]);
  harness.feed(...at(500, 9_999_999, 600));
  tick(harness, 200);
  t.deepEqual(harness.said, ['watermark 599']);
  t.deepEqual(harness.timestamps, [500, 9_999_999, 600]);
  t.deepEqual(
    harness.warnings.map((text) => /far ahead/.test(text)),
    [true],
  );
});

test('splits of a source have generators of their own, merged by minimum; one that ends is released', (t) => {
  const strategy = bounded(0).toSpec();
  const split = splitSource({ splits: () => [], read: () => [] }) as Source<unknown>;
  const harness = new ChainHarness([
    { type: 'source', source: { kind: 'split', source: split, watermarks: strategy } },
  ]);
  const time = harness.chain.headOperator.sourceTime;
  time?.enterSplit('a');
  harness.feed(...at(100));
  time?.enterSplit('b');
  harness.feed(...at(50));
  tick(harness, 200);
  t.deepEqual(harness.said, ['watermark 49']);
  time?.enterSplit('a');
  harness.feed(...at(200));
  time?.endSplit('b');
  tick(harness, 200);
  t.deepEqual(harness.said.slice(1), ['watermark 99', 'watermark 199']);
});

test('ingestion time: a record’s time is when it enters the job', (t) => {
  const harness = new ChainHarness([source], { ingestionTime: true }).feed('a');
  tick(harness, 200);
  harness.feed('b');
  t.deepEqual(harness.timestamps, [1000, 1200]);
  t.deepEqual(harness.said, ['watermark 1199']);
});

test('a watermark waits for the records before it in an async operator, and none overtakes it', (t) => {
  const asked: ((result: string) => void)[] = [];
  const fn = {
    asyncInvoke: (_value: unknown, future: { complete(r: string[]): void }) =>
      void asked.push((r) => future.complete([r])),
  };
  const spec: OperatorSpec = {
    type: 'asyncWait',
    fn: fn,
    ordered: false,
    timeoutMs: 0,
    capacity: 10,
    retry: undefined,
  };
  const harness = new ChainHarness([spec]);
  const [time] = harness.chain.inputTimes;
  time.onWatermark(1);
  harness.feed('a', 'b');
  time.onWatermark(2);
  harness.feed('c');
  asked[2]('C');
  harness.chain.pump(() => true);
  t.deepEqual([harness.out, harness.said], [[], ['watermark 1']]);
  asked[1]('B');
  harness.chain.pump(() => true);
  asked[0]('A');
  harness.chain.pump(() => true);
  t.deepEqual(
    [harness.out, harness.said],
    [
      ['B', 'A', 'C'],
      ['watermark 1', 'watermark 2'],
    ],
  );
});
