/** Windows of each assigner and each way to hold their records, with triggers and evictors. */
import {
  ContinuousEventTimeTrigger,
  CountEvictor,
  CountTrigger,
  DeltaEvictor,
  DeltaTrigger,
  EventTimeSessionWindows,
  GlobalWindows,
  OutputTag,
  ProcessingTimeSessionWindows,
  PurgingTrigger,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TimeEvictor,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  type Collector,
  type ProcessWindowContext,
  type TimeWindow,
  type Window,
} from '../../../runtime/api/index.js';
import type { Contract } from '../contract.js';
import type { Item } from '../items.js';
import { CLOCKED, RECORDS, TIMED } from '../steps.js';

const LATE = new OutputTag<Item>('late');
const TUMBLING = TumblingEventTimeWindows.of(70);

/** What a window holds. */
function list(
  key: string,
  _context: ProcessWindowContext<Window>,
  items: Iterable<Item>,
  out: Collector<string>,
): void {
  out.collect(`${key}: ${[...items].map(({ n }) => n).join(' ')}`);
}

/** As `list`, and when the window is. */
function place(
  key: string,
  context: ProcessWindowContext<TimeWindow>,
  items: Iterable<Item>,
  out: Collector<string>,
): void {
  const { start, end } = context.window();
  out.collect(`${start}-${end} ${key}: ${[...items].map(({ n }) => n).join(' ')}`);
}

const total = {
  createAccumulator: () => 0,
  add: ({ n }: Item, sum: number) => sum + n,
  getResult: (sum: number) => `sum ${sum}`,
  merge: (a: number, b: number) => a + b,
};

const add = (a: Item, b: Item): Item => ({ key: a.key, n: a.n + b.n });

/** Windows of event time; a watermark fires a window of each key, or several. */
const EVENT_TIME: Record<string, Contract> = {
  'tumbling windows, their records': {
    pipeline: (input) => input.keyBy('key').window(TUMBLING).process(place),
  },
  'tumbling windows, a reduction': { pipeline: (input) => input.keyBy('key').window(TUMBLING).reduce(add) },
  'tumbling windows, an aggregate': { pipeline: (input) => input.keyBy('key').window(TUMBLING).aggregate(total) },
  'tumbling windows, a field': { pipeline: (input) => input.keyBy('key').window(TUMBLING).sum('n') },
  'late records': {
    pipeline: (input) =>
      input
        .keyBy('key')
        .window(TumblingEventTimeWindows.of(10))
        .allowedLateness(10)
        .sideOutputLateData(LATE)
        .process(place),
    sideOutput: LATE,
    steps: TIMED.flatMap((step, i) => (i % 20 === 19 ? [step, { item: { key: 'ann', n: i }, at: 0 }] : [step])),
  },
  'sliding windows': {
    pipeline: (input) => input.keyBy('key').window(SlidingEventTimeWindows.of(90, 30)).process(place),
  },
  'sliding windows, a reduction': {
    pipeline: (input) => input.keyBy('key').window(SlidingEventTimeWindows.of(90, 30)).reduce(add),
  },
  sessions: { pipeline: (input) => input.keyBy('key').window(EventTimeSessionWindows.withGap(25)).process(place) },
  'sessions, an aggregate': {
    pipeline: (input) => input.keyBy('key').window(EventTimeSessionWindows.withGap(25)).aggregate(total),
  },
  'windows of all': { pipeline: (input) => input.windowAll(TUMBLING).sum('n') },
  'a trigger that fires early': {
    pipeline: (input) =>
      input
        .keyBy('key')
        .window(TumblingEventTimeWindows.of(200))
        .trigger(ContinuousEventTimeTrigger.of(50))
        .process(place),
  },
  'an evictor by time': {
    pipeline: (input) => input.keyBy('key').window(TUMBLING).evictor(TimeEvictor.of(20)).process(place),
  },
};

const BY_COUNT: Record<string, Contract> = {
  'count windows': { pipeline: (input) => input.keyBy('key').countWindow(4).reduce(add) },
  'sliding count windows': { pipeline: (input) => input.keyBy('key').countWindow(4, 2).process(list) },
  'global windows with a trigger that purges': {
    pipeline: (input) =>
      input
        .keyBy('key')
        .window(GlobalWindows.create())
        .trigger(PurgingTrigger.of(CountTrigger.of(3)))
        .process(list),
  },
  'global windows by difference': {
    pipeline: (input) =>
      input
        .keyBy('key')
        .window(GlobalWindows.create())
        .trigger(DeltaTrigger.of<Item>(40, (a, b) => Math.abs(b.n - a.n)))
        .evictor(DeltaEvictor.of<Item>(40, (a, b) => Math.abs(b.n - a.n)))
        .process(list),
  },
  'an evictor by count': {
    pipeline: (input) =>
      input
        .keyBy('key')
        .window(GlobalWindows.create())
        .trigger(CountTrigger.of(2))
        .evictor(CountEvictor.of(5))
        .process(list),
  },
  'count windows of all': { pipeline: (input) => input.countWindowAll(5).reduce(add) },
};

const BY_CLOCK: Record<string, Contract> = {
  'tumbling windows of the clock': {
    pipeline: (input) => input.keyBy('key').window(TumblingProcessingTimeWindows.of(70)).process(place),
  },
  'sliding windows of the clock': {
    pipeline: (input) => input.keyBy('key').window(SlidingProcessingTimeWindows.of(90, 30)).reduce(add),
  },
  'sessions of the clock': {
    pipeline: (input) => input.keyBy('key').window(ProcessingTimeSessionWindows.withGap(80)).process(place),
    steps: CLOCKED.map((step, i) =>
      step.timeMs === undefined ? step : { timeMs: step.timeMs + Math.floor(i / 33) * 90 },
    ),
  },
};

function withSteps(
  contracts: Record<string, Contract>,
  steps: Contract['steps'],
  fanOut: number,
): Record<string, Contract> {
  const given = Object.entries(contracts).map(([name, contract]) => [
    name,
    { steps, fanOut, firesKeysTogether: fanOut > 1, ...contract },
  ]);
  return Object.fromEntries(given) as Record<string, Contract>;
}

export const WINDOW_CONTRACTS: Readonly<Record<string, Contract>> = {
  ...withSteps(EVENT_TIME, TIMED, 18),
  ...withSteps(BY_COUNT, RECORDS, 1),
  ...withSteps(BY_CLOCK, CLOCKED, 18),
};
