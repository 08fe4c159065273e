import test, { type ExecutionContext } from 'ava';
import {
  type Collector,
  type DataStream,
  GlobalWindows,
  KeyedProcessFunction,
  type OnTimerContext,
  ContinuousProcessingTimeTrigger,
  type ProcessContext,
  ProcessingTimeSessionWindows,
  Time,
  TumblingProcessingTimeWindows,
} from '../../../runtime/api/index.js';
import { collectSink, MiniCluster } from '../../../runtime/testing/index.js';

interface Item {
  key: string;
  n: number;
}

const ITEMS: Item[] = ['b', 'a', 'b', 'a', 'b'].map((key, i) => ({ key, n: i + 1 }));

/** What a BATCH job gives, in the order in which it comes. */
async function batch<T>(t: ExecutionContext, describe: (items: DataStream<Item>) => DataStream<T>): Promise<T[]> {
  const cluster = await MiniCluster.start();
  t.teardown(() => cluster.close());
  const sink = collectSink<T>();
  await cluster.run(
    (env) => {
      describe(env.setRuntimeMode('BATCH').fromCollection(ITEMS)).addSink(sink);
    },
    { parallelism: 1 },
  );
  return sink.results;
}

const FAR_MS = 8e15;

/** Sets timers at each record, and further ones when they fire. */
class Reminders extends KeyedProcessFunction<string, Item, string> {
  processElement({ key, n }: Item, context: ProcessContext<string>, out: Collector<string>): void {
    const timers = context.timerService();
    timers.registerProcessingTimeTimer(1);
    timers.registerProcessingTimeTimer(FAR_MS);
    timers.registerEventTimeTimer(FAR_MS);
    out.collect(`${key}${n}`);
  }

  override onTimer(timestampMs: number, context: OnTimerContext<string>, out: Collector<string>): void {
    const timers = context.timerService();
    timers.registerProcessingTimeTimer(timestampMs + 1);
    timers.registerEventTimeTimer(timestampMs + 1);
    out.collect(`${context.getCurrentKey()} ${context.timeDomain()} ${timestampMs}`);
  }
}

test('all timers of a key fire when it has ended, those in event time first; what they set never does', async (t) => {
  const results = await batch(t, (items) => items.keyBy('key').process(new Reminders()));
  const atEnd = (key: string) => [
    `${key} EVENT_TIME ${FAR_MS}`,
    `${key} PROCESSING_TIME 1`,
    `${key} PROCESSING_TIME ${FAR_MS}`,
  ];
  t.deepEqual(results, ['a2', 'a4', ...atEnd('a'), 'b1', 'b3', 'b5', ...atEnd('b')]);
});

const SUMS = [
  { key: 'a', n: 6 },
  { key: 'b', n: 9 },
];

test('windows of processing time fire when their key has ended, however long they are', async (t) => {
  const long = Time.days(10_000);
  const keyed = (items: DataStream<Item>) => items.keyBy('key');
  const tumbling = TumblingProcessingTimeWindows.of(long);
  t.deepEqual(await batch(t, (items) => keyed(items).window(tumbling).sum('n')), SUMS, 'by window');
  const sessions = ProcessingTimeSessionWindows.withGap(long);
  t.deepEqual(await batch(t, (items) => keyed(items).window(sessions).sum('n')), SUMS, 'by key');
  const again = ContinuousProcessingTimeTrigger.of(long);
  const once = await batch(t, (items) => keyed(items).window(GlobalWindows.create()).trigger(again).sum('n'));
  t.deepEqual(once, SUMS, 'a trigger that sets its timer anew fires once');
  t.deepEqual(
    (await batch(t, (items) => items.windowAll(tumbling).sum('n'))).map(({ n }) => n),
    [15],
    'without keys',
  );
});
