/** The rules of windows, triggers, evictors and joins, one by one. */
import test from 'ava';
import {
  CountTrigger,
  DeltaEvictor,
  DeltaTrigger,
  EventTimeSessionWindows,
  GlobalWindows,
  MAX_WATERMARK,
  OutputTag,
  ProcessWindowFunction,
  PurgingTrigger,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  Time,
  TimeCharacteristic,
  Trigger,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  ValueStateDescriptor,
  WindowStagger,
  WeftError,
  type Collector,
  type DataStream,
  type ProcessWindowContext,
  type TimeWindow,
  type TriggerContext,
  type TriggerResult,
  type Window,
} from '../../../runtime/api/index.js';
import { PipelineHarness } from './pipeline-harness.js';

interface Event {
  k: string;
  n: number;
}
type Input = DataStream<Event>;

const seconds = (n: number): Time => Time.seconds(n);
const late = new OutputTag<Event>('late');
const event = (k: string, n: number): Event => ({ k, n });

const lists = (
  k: string,
  context: ProcessWindowContext<TimeWindow>,
  elements: Iterable<Event>,
  out: Collector<object>,
): void => {
  const { start, end } = context.window();
  out.collect({ k, start, end, ns: [...elements].map(({ n }) => n) });
};

/** Only which records. */
const numbers = (_k: string, _context: object, elements: Iterable<Event>, out: Collector<number[]>): void =>
  out.collect([...elements].map(({ n }) => n));

const values = (h: PipelineHarness): unknown[] => h.take().map(({ v }) => v);

test('a window fires when the watermark passes its last millisecond, and has data', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events
      .keyBy('k')
      .window(TumblingEventTimeWindows.of(seconds(5)))
      .sum('n'),
  );
  h.element(event('a', 1), 1000);
  h.element(event('a', 2), 4999);
  h.element(event('a', 4), 25_000);
  h.watermark(4998);
  t.deepEqual(h.take(), []);
  h.watermark(4999);
  t.deepEqual(h.take(), [{ out: 'main', v: { k: 'a', n: 3 }, ts: 4999 }]);
  h.end();
  t.deepEqual(h.take(), [{ out: 'main', v: { k: 'a', n: 4 }, ts: 29_999 }]);
  t.deepEqual(h.watermarks, [4998, 4999, MAX_WATERMARK]);
});

test('offsets move the grid, negative ones too', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events
      .keyBy('k')
      .window(TumblingEventTimeWindows.of(Time.days(1), Time.hours(-8)))
      .process(lists),
  );
  h.element(event('a', 1), Date.UTC(2024, 0, 1, 15, 59));
  h.element(event('a', 2), Date.UTC(2024, 0, 1, 16));
  h.end();
  t.deepEqual(
    values(h).map((v) => new Date((v as { start: number }).start).toISOString()),
    ['2023-12-31T16:00:00.000Z', '2024-01-01T16:00:00.000Z'],
  );
});

test('sliding windows with gaps between them: what falls into a gap is in none', async (t) => {
  const h = await PipelineHarness.open(
    1,
    (events: Input) =>
      events.keyBy('k').window(SlidingEventTimeWindows.of(2, 5)).sideOutputLateData(late).process(lists),
    ['late'],
  );
  h.element(event('a', 1), 0);
  h.element(event('a', 2), 2);
  h.element(event('a', 3), 6);
  h.watermark(8);
  h.element(event('a', 4), 3);
  t.deepEqual(values(h), [
    { k: 'a', start: 0, end: 2, ns: [1] },
    { k: 'a', start: 5, end: 7, ns: [3] },
    { k: 'a', n: 4 },
  ]);
});

test('a record without a time is refused by windows of event time', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events.keyBy('k').window(TumblingEventTimeWindows.of(5)).sum('n'),
  );
  const error = t.throws(() => h.element(event('a', 1), undefined), { instanceOf: WeftError });
  t.is(error.code, 'TIME_NO_TIMESTAMP');
});

test('windows of processing time fire by the clock, and not at the end of the input', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events
      .keyBy('k')
      .window(TumblingProcessingTimeWindows.of(seconds(1)))
      .process(lists),
  );
  h.element(event('a', 1), undefined);
  h.tick(500);
  h.element(event('a', 2), undefined);
  h.tick(500);
  t.deepEqual(values(h), [{ k: 'a', start: 0, end: 1000, ns: [1, 2] }]);
  h.element(event('a', 3), undefined);
  h.end();
  t.deepEqual(values(h), []);
});

test('sliding windows of processing time', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events.keyBy('k').window(SlidingProcessingTimeWindows.of(20, 10)).process(lists),
  );
  for (let n = 1; n <= 4; n++) {
    h.element(event('a', n), undefined);
    h.tick(5);
  }
  h.tick(20);
  t.deepEqual(values(h), [
    { k: 'a', start: -10, end: 10, ns: [1, 2] },
    { k: 'a', start: 0, end: 20, ns: [1, 2, 3, 4] },
    { k: 'a', start: 10, end: 30, ns: [3, 4] },
  ]);
});

test('count windows: whole ones only; with a slide the latest records', async (t) => {
  const whole = await PipelineHarness.open(1, (events: Input) => events.keyBy('k').countWindow(2).sum('n'));
  for (const [k, n] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['a', 4],
  ] as const)
    whole.element(event(k, n), undefined);
  whole.end();
  t.deepEqual(whole.take(), [{ out: 'main', v: { k: 'a', n: 4 }, ts: MAX_WATERMARK }]);

  const sliding = await PipelineHarness.open(1, (events: Input) =>
    events.keyBy('k').countWindow(3, 2).process(numbers),
  );
  for (let n = 1; n <= 6; n++) sliding.element(event('a', n), undefined);
  t.deepEqual(values(sliding), [
    [1, 2],
    [2, 3, 4],
    [4, 5, 6],
  ]);
});

test('a trigger of the program takes the place of the one of the windows', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events.keyBy('k').window(TumblingEventTimeWindows.of(10)).trigger(CountTrigger.of(2)).process(numbers),
  );
  for (let n = 1; n <= 5; n++) h.element(event('a', n), n);
  h.watermark(9);
  t.deepEqual(values(h), [
    [1, 2],
    [1, 2, 3, 4],
  ]);
});

test('purging: what was fired is gone', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events
      .keyBy('k')
      .window(GlobalWindows.create())
      .trigger(PurgingTrigger.of(CountTrigger.of(2)))
      .process(numbers),
  );
  for (let n = 1; n <= 5; n++) h.element(event('a', n), undefined);
  t.deepEqual(values(h), [
    [1, 2],
    [3, 4],
  ]);
});

test('delta: fires beyond the threshold, counted from what fired last; the evictor keeps what is near the last', async (t) => {
  const distance = (a: Event, b: Event): number => Math.abs(a.n - b.n);
  const h = await PipelineHarness.open(1, (events: Input) =>
    events
      .keyBy('k')
      .window(GlobalWindows.create())
      .trigger(DeltaTrigger.of(5, distance))
      .evictor(DeltaEvictor.of(8, distance))
      .process(numbers),
  );
  for (const n of [0, 5, 6, 11, 12]) h.element(event('a', n), undefined);
  t.deepEqual(values(h), [
    [0, 5, 6],
    [5, 6, 11, 12],
  ]);
});

/** Fires at the first record, and counts its records in its own state. */
class EverySecond extends Trigger<Event, Window> {
  private readonly seen = new ValueStateDescriptor<number>('seen');

  override onElement(_e: Event, _ts: number, _window: Window, context: TriggerContext): TriggerResult {
    const state = context.getPartitionedState(this.seen);
    const count = (state.value() ?? 0) + 1;
    state.update(count);
    return count % 2 === 0 ? 'FIRE' : 'CONTINUE';
  }

  override onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  override onEventTime(): TriggerResult {
    return 'CONTINUE';
  }

  override clear(_window: Window, context: TriggerContext): void {
    context.getPartitionedState(this.seen).clear();
  }
}

test('a trigger of the program keeps state by key and window, also over a restore', async (t) => {
  let h = await PipelineHarness.open(1, (events: Input) =>
    events.keyBy('k').window(TumblingEventTimeWindows.of(10)).trigger(new EverySecond()).process(numbers),
  );
  h.element(event('a', 1), 1);
  h.element(event('b', 2), 1);
  h = await h.restored();
  h.element(event('a', 3), 2);
  h.element(event('a', 4), 11);
  t.deepEqual(values(h), [[1, 3]]);
});

/** Counts how often a window fired, in its own state, and over all windows of the key. */
class Firings extends ProcessWindowFunction<Event, object, string, TimeWindow> {
  private readonly firings = new ValueStateDescriptor<number>('firings');
  readonly cleared: string[] = [];

  override process(
    k: string,
    context: ProcessWindowContext<TimeWindow>,
    _elements: Iterable<Event>,
    out: Collector<object>,
  ): void {
    const [own, all] = [context.windowState(), context.globalState()].map((store) => store.getState(this.firings));
    own.update((own.value() ?? 0) + 1);
    all.update((all.value() ?? 0) + 1);
    out.collect({ k, start: context.window().start, own: own.value(), all: all.value() });
  }

  override clear(context: ProcessWindowContext<TimeWindow>): void {
    this.cleared.push(`${context.window().start}: ${context.windowState().getState(this.firings).value()}`);
  }
}

for (const [name, trigger] of [
  ['kept by window', undefined],
  ['kept by key', CountTrigger.of(1)],
] as const) {
  test(`state of a window's function lasts over its firings, and is cleared with the window; windows ${name}`, async (t) => {
    const fn = new Firings();
    let h = await PipelineHarness.open(1, (events: Input) => {
      const windows = events.keyBy('k').window(TumblingEventTimeWindows.of(10)).allowedLateness(5);
      return (trigger === undefined ? windows : windows.trigger(trigger)).process(fn);
    });
    h.element(event('a', 1), 1);
    h.watermark(9);
    h = (h.take(), await h.restored());
    h.element(event('a', 2), 2);
    h.element(event('a', 3), 12);
    h.watermark(14);
    h.watermark(19);
    const found = values(h) as { start: number; own: number; all: number }[];
    t.deepEqual(
      found.map(({ start, own, all }) => [start, own, all]),
      [
        [0, 2, 2],
        [10, 1, 3],
      ],
    );
    t.deepEqual(fn.cleared, ['0: 2']);
  });
}

test('sessions: dynamic gaps; a gap that is none is refused', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events
      .keyBy('k')
      .window(EventTimeSessionWindows.withDynamicGap<Event>(({ n }) => n))
      .process(lists),
  );
  h.element(event('a', 10), 0);
  h.element(event('a', 2), 10);
  h.element(event('a', 3), 20);
  h.watermark(100);
  t.deepEqual(values(h), [
    { k: 'a', start: 0, end: 12, ns: [10, 2] },
    { k: 'a', start: 20, end: 23, ns: [3] },
  ]);
  t.throws(() => h.element(event('a', 0), 200), { message: /gap of a session/ });
});

test('an aggregate without merge cannot be used in sessions that grow together', async (t) => {
  const h = await PipelineHarness.open(1, (events: Input) =>
    events
      .keyBy('k')
      .window(EventTimeSessionWindows.withGap(5))
      .aggregate({ createAccumulator: () => 0, add: ({ n }, sum) => sum + n, getResult: (sum) => sum }),
  );
  h.element(event('a', 1), 0);
  h.element(event('a', 1), 8);
  const error = t.throws(() => h.element(event('a', 1), 4), { instanceOf: WeftError });
  t.regex(error.message, /merge\(\)/);
});

test('coGroup sees what each side has, one may be empty; join only pairs', async (t) => {
  const grouped = await PipelineHarness.open(2, (a: Input, b: Input) =>
    a
      .coGroup(b)
      .where('k')
      .equalTo('k')
      .window(TumblingEventTimeWindows.of(10))
      .apply((left, right, out: Collector<number[]>) => out.collect([[...left].length, [...right].length])),
  );
  grouped.element(event('x', 1), 1, 0);
  grouped.element(event('x', 2), 2, 1);
  grouped.element(event('x', 3), 3, 1);
  grouped.element(event('y', 4), 3, 1);
  grouped.watermark(9, 0);
  t.deepEqual(values(grouped), []);
  grouped.watermark(9, 1);
  t.deepEqual(values(grouped), [
    [1, 2],
    [0, 1],
  ]);
});

test('arguments are checked where they are given', async (t) => {
  const bad: [string, () => unknown][] = [
    ['size', () => TumblingEventTimeWindows.of(0)],
    ['whole milliseconds', () => TumblingEventTimeWindows.of(0.5)],
    ['offset', () => TumblingEventTimeWindows.of(10, 10)],
    ['offset', () => SlidingEventTimeWindows.of(10, 5, -5)],
    ['gap', () => EventTimeSessionWindows.withGap(-1)],
    ['count', () => CountTrigger.of(0)],
    ['threshold', () => DeltaTrigger.of(Number.NaN, () => 0)],
  ];
  for (const [about, call] of bad) t.throws(call, { code: 'API_BAD_ARGUMENT', message: new RegExp(about) });
  const wrong: ((events: Input) => { print(): unknown })[] = [
    (events) =>
      events
        .keyBy('k')
        .window('5 s' as never)
        .sum('n'),
    (events) => events.keyBy('k').countWindow(0).sum('n'),
    (events) =>
      events
        .keyBy('k')
        .window(EventTimeSessionWindows.withGap(5))
        .trigger(DeltaTrigger.of(1, () => 0))
        .sum('n'),
    (events) =>
      events
        .keyBy('k')
        .intervalJoin(events.keyBy('k'))
        .between(5, 4)
        .process(() => undefined),
  ];
  for (const build of wrong) await t.throwsAsync(PipelineHarness.open(1, build), { code: 'API_BAD_ARGUMENT' });
});

test('timeWindow means event time, unless the environment says processing time', async (t) => {
  const byEvents = await PipelineHarness.open(1, (events: Input) => events.keyBy('k').timeWindow(seconds(1)).sum('n'));
  byEvents.element(event('a', 1), 5);
  byEvents.end();
  t.is(byEvents.take().length, 1);
  const byClock = await PipelineHarness.open(
    1,
    (events: Input) => events.keyBy('k').timeWindow(20, 10).process(lists),
    [],
    (env) => env.setStreamTimeCharacteristic(TimeCharacteristic.ProcessingTime),
  );
  byClock.element(event('a', 1), undefined);
  byClock.tick(10);
  t.deepEqual(values(byClock), [{ k: 'a', start: -10, end: 10, ns: [1] }]);
});

test('what is dropped because it is late is a metric of the operator: windows by window and by key, joins of intervals', async (t) => {
  const tumbling = (events: Input) => events.keyBy('k').window(TumblingEventTimeWindows.of(10));
  const programs: Record<string, (left: Input, right: Input) => { print(): unknown }> = {
    grid: (left) => tumbling(left).sum('n'),
    keyed: (left) => tumbling(left).trigger(CountTrigger.of(9)).sum('n'),
    interval: (left, right) =>
      left
        .keyBy('k')
        .intervalJoin(right.keyBy('k'))
        .between(-1, 1)
        .process((_a, _b, _context, out: Collector<string>) => out.collect('met')),
  };
  for (const [name, program] of Object.entries(programs)) {
    const inputs = name === 'interval' ? 2 : 1;
    const h = await PipelineHarness.open(inputs, program);
    for (let input = 0; input < inputs; input++) h.watermark(20, input);
    h.element(event('a', 1), 3, 0);
    h.element(event('a', 1), 25, 0);
    h.element(event('b', 1), 4, inputs - 1);
    const dropped = h.metrics.samples(0)?.find((metric) => metric.name === 'numLateRecordsDropped');
    t.is(dropped?.value, 2, name);
  }
});

test('staggered windows: each subtask moves its own', async (t) => {
  const windowsOf = async (stagger: WindowStagger, offset: number): Promise<string[]> => {
    const h = await PipelineHarness.open(1, (events: Input) =>
      events
        .keyBy('k')
        .window(TumblingEventTimeWindows.of(10, offset, stagger))
        .process<string>((_k, context, _elements, out) => out.collect(`${context.window().start}`)),
    );
    // The clock stands at 13 when the first record comes.
    h.tick(13);
    for (const ts of [0, 5, 12]) h.element(event('a', 1), ts);
    h.end();
    return values(h) as string[];
  };
  t.deepEqual(await windowsOf(WindowStagger.ALIGNED, 0), ['0', '10']);
  t.deepEqual(await windowsOf(WindowStagger.NATURAL, 0), ['-7', '3']);
  t.deepEqual(await windowsOf(WindowStagger.NATURAL, 2), ['-5', '5']);
  const [first = '', second = ''] = await windowsOf(WindowStagger.RANDOM, 0);
  t.is(Number(second) - Number(first), 10);
  t.throws(() => TumblingEventTimeWindows.of(10, 0, 'NATURAL' as never), { message: /WindowStagger/ });
});
