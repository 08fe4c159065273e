/**
 * What real Flink answered: each step's output, and the same with a snapshot and a restore behind every step. The cases lie in
 * test/fixtures/datastream-cases, whose `pipeline` says in words what is built here.
 */
import { readFileSync } from 'node:fs';
import test from 'ava';
import {
  ContinuousEventTimeTrigger,
  EventTimeSessionWindows,
  KeyedProcessFunction,
  OutputTag,
  SlidingEventTimeWindows,
  Time,
  TimeEvictor,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WindowAssigner,
  type Collector,
  type DataStream,
  type OnTimerContext,
  type ProcessContext,
  type ProcessWindowContext,
  type TimeWindow,
  type ValueState,
} from '../../../runtime/api/index.js';
import { MAX_WATERMARK } from '../../../runtime/functions/index.js';
import { PipelineHarness, type Emitted } from './pipeline-harness.js';

interface Event {
  k: string;
  n: number;
}
interface Tuple {
  f0: string;
  f1: number;
  f2: string;
}

type Step = { step: number; in: string } & ({ v: object; ts: number } | { wm: number } | { end: true });

interface Case {
  name: string;
  inputs: string[];
  steps: Step[];
  expected: { outputs: (Emitted & { step: number })[] };
}

const seconds = (n: number): Time => Time.seconds(n);
const tumbling = (n: number): TumblingEventTimeWindows => TumblingEventTimeWindows.of(seconds(n));
const late = new OutputTag<Event>('late');

const lists = (
  key: string,
  context: ProcessWindowContext<TimeWindow>,
  elements: Iterable<Event>,
  out: Collector<object>,
): void => {
  const { start, end } = context.window();
  out.collect({ k: key, start, end, ns: [...elements].map(({ n }) => n) });
};

const added = (a: Event, b: Event): Event => ({ ...a, n: a.n + b.n });

type Build = (...streams: DataStream<Event>[]) => { print(): unknown };

const windowed =
  (assigner: WindowAssigner<unknown, TimeWindow>): Build =>
  (events) =>
    events.keyBy('k').window(assigner).process(lists);

const tuples = (events: DataStream<Event>): DataStream<Tuple> => events as unknown as DataStream<Tuple>;
const tagged = (stream: DataStream<Tuple>) => stream.map(({ f0, f1, f2 }) => ({ k: f0, n: f1, tag: f2 }));

/** A record sets a timer a second behind it; -1 deletes the one at 4000. */
class TimersOfRecords extends KeyedProcessFunction<string, Event, object> {
  processElement(event: Event, context: ProcessContext<string>, out: Collector<object>): void {
    if (event.n === -1) context.timerService().deleteEventTimeTimer(4000);
    else context.timerService().registerEventTimeTimer((context.timestamp() ?? 0) + 1000);
    out.collect(event);
  }

  override onTimer(timer: number, context: OnTimerContext<string>, out: Collector<object>): void {
    out.collect({ k: context.getCurrentKey(), timer });
  }
}

/** Tells of a key from which nothing came for three seconds. */
class InactivityAlert extends KeyedProcessFunction<string, Event, object> {
  private last!: ValueState<number>;

  override open(): void {
    this.last = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('last'));
  }

  processElement(_event: Event, context: ProcessContext<string>): void {
    const at = context.timestamp() ?? 0;
    this.last.update(at);
    context.timerService().registerEventTimeTimer(at + 3000);
  }

  override onTimer(timer: number, context: OnTimerContext<string>, out: Collector<object>): void {
    const inactiveSince = this.last.value();
    if (inactiveSince === undefined || inactiveSince === null || timer !== inactiveSince + 3000) return;
    out.collect({ k: context.getCurrentKey(), inactiveSince });
    this.last.clear();
  }
}

const PIPELINES: Record<string, Build> = {
  continuous_event_time_trigger: (events) =>
    events
      .keyBy('k')
      .window(tumbling(10))
      .trigger(ContinuousEventTimeTrigger.of(seconds(2)))
      .process(lists),
  count_window_sliding: (events) =>
    events
      .keyBy('k')
      .countWindow(4, 2)
      .process((k, _context, elements: Iterable<Event>, out: Collector<object>) =>
        out.collect({ k, ns: [...elements].map(({ n }) => n) }),
      ),
  decreasing_watermark_ignored: windowed(tumbling(2)),
  event_timers_order_dedup_delete: (events) => events.keyBy('k').process(new TimersOfRecords()),
  inactivity_alert: (events) => events.keyBy('k').process(new InactivityAlert()),
  map_filter_flatmap: (events) =>
    events
      .filter(({ n }) => n !== 2)
      .flatMap(({ k, n }) => [
        { k, n },
        { k, n: -n },
      ]),
  rolling_maxBy: (events) => tagged(tuples(events).keyBy('f0').maxBy('f1')),
  rolling_minBy: (events) => tagged(tuples(events).keyBy('f0').minBy('f1')),
  session_allowed_lateness_merge: (events) =>
    events
      .keyBy('k')
      .window(EventTimeSessionWindows.withGap(seconds(3)))
      .allowedLateness(seconds(4))
      .sideOutputLateData(late)
      .process(lists),
  session_merge_out_of_order: windowed(EventTimeSessionWindows.withGap(seconds(4))),
  sliding_negative_timestamps: windowed(SlidingEventTimeWindows.of(seconds(4), seconds(2))),
  time_evictor: (events) =>
    events
      .keyBy('k')
      .window(tumbling(5))
      .evictor(TimeEvictor.of(seconds(2)))
      .process(lists),
  tumbling_allowed_lateness_side_output: (events) =>
    events
      .keyBy('k')
      .window(tumbling(5))
      .allowedLateness(seconds(2))
      .sideOutputLateData(late)
      .reduce(added, (k, context, [{ n }]: Iterable<Event> & Event[], out: Collector<object>) => {
        const { start, end } = context.window();
        out.collect({ k, start, end, n, wm: context.currentWatermark() });
      }),
  tumbling_reduce_late_dropped: (events) => events.keyBy('k').window(tumbling(5)).reduce(added),
  union_min_watermark: (a, b) =>
    a
      .union(b)
      .keyBy(() => 'all')
      .window(tumbling(3))
      .process(lists),
  window_cascade: (events) => events.keyBy('k').window(tumbling(5)).reduce(added).windowAll(tumbling(10)).reduce(added),
  window_join_sliding: (l, r) =>
    l
      .join(r)
      .where('k')
      .equalTo('k')
      .window(SlidingEventTimeWindows.of(seconds(4), seconds(2)))
      .apply((a, b) => ({ k: a.k, l: a.n, r: b.n })),
  window_maxBy: (events) => tagged(tuples(events).keyBy('f0').window(tumbling(5)).maxBy('f1')),
};

function load(name: string): Case {
  const file = new URL(`../../../../test/fixtures/datastream-cases/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Case;
}

/** Results of different keys at one moment may come in any order; those of one key keep theirs. */
function grouped(outputs: readonly (Emitted & { step: number })[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { out, v, ts, step } of outputs) {
    const end = ts === null || ts > MAX_WATERMARK ? MAX_WATERMARK : ts;
    const name = `step ${step} ${out} ${end} ${(v as Event).k}`;
    groups.set(name, [...(groups.get(name) ?? []), JSON.stringify(v)]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function replay({ name, inputs, steps }: Case, restoring: boolean): Promise<(Emitted & { step: number })[]> {
  // A union has one input: the channels' watermarks are merged before they reach the operator.
  let harness = await PipelineHarness.open(inputs.length, PIPELINES[name], ['late']);
  const outputs: (Emitted & { step: number })[] = [];
  for (const step of steps) {
    const input = inputs.indexOf(step.in);
    if ('v' in step) harness.element(step.v, step.ts, input);
    else if ('wm' in step) harness.watermark(step.wm, input);
    else harness.end(input);
    outputs.push(...harness.take().map((emitted) => ({ ...emitted, step: step.step })));
    if (restoring) harness = await harness.restored();
  }
  return outputs;
}

for (const name of Object.keys(PIPELINES)) {
  test(`${name}: as Flink`, async (t) => {
    const recorded = load(name);
    t.deepEqual(grouped(await replay(recorded, false)), grouped(recorded.expected.outputs));
  });
  test(`${name}: as Flink, restored behind every step`, async (t) => {
    const recorded = load(name);
    t.deepEqual(grouped(await replay(recorded, true)), grouped(recorded.expected.outputs));
  });
}
