/** A program with windows, joins and timers gives the same in BATCH, where keys come one after the other, as in STREAMING. */
import test from 'ava';
import {
  EventTimeSessionWindows,
  SlidingEventTimeWindows,
  Time,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type DataStream,
  type RuntimeMode,
} from '../../../runtime/api/index.js';
import { collectSink, MiniCluster } from '../../../runtime/testing/index.js';

interface Reading {
  key: string;
  at: number;
  value: number;
}

const READINGS: Reading[] = Array.from({ length: 200 }, (_, n) => ({
  key: `k${(n * 7) % 5}`,
  at: n * 40 - ((n * 37) % 100),
  value: (n * 31) % 17,
}));
const OTHERS = READINGS.map(({ key, at, value }) => ({ key, at: at + 15, value: value + 100 })).filter(
  ({ value }) => value % 3 === 0,
);

const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Reading>(Time.milliseconds(200)).withTimestampAssigner(
  ({ at }) => at,
);

type Streams = [DataStream<Reading>, DataStream<Reading>];

const PROGRAMS: Record<string, (streams: Streams) => DataStream<string>> = {
  tumbling: ([readings]) =>
    readings
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(Time.seconds(1)))
      .reduce(
        (a, b) => ({ ...a, value: a.value + b.value }),
        (key, context, [{ value }], out: { collect(text: string): void }) =>
          out.collect(`${key} ${context.window().end}: ${value}`),
      ),
  sliding: ([readings]) =>
    readings
      .keyBy('key')
      .window(SlidingEventTimeWindows.of(Time.seconds(2), Time.seconds(1)))
      .process<string>((key, context, elements, out) =>
        out.collect(
          `${key} ${context.window().end}: ${[...elements]
            .map(({ value }) => value)
            .toSorted()
            .join()}`,
        ),
      ),
  sessions: ([readings]) =>
    readings
      .keyBy('key')
      .window(EventTimeSessionWindows.withGap(Time.milliseconds(150)))
      .process<string>((key, context, elements, out) =>
        out.collect(`${key} ${context.window().start} ${context.window().end}: ${[...elements].length}`),
      ),
  'window join': ([readings, others]) =>
    readings
      .join(others)
      .where('key')
      .equalTo('key')
      .window(TumblingEventTimeWindows.of(Time.milliseconds(300)))
      .apply((a, b) => `${a.key} ${a.value} ${b.value}`),
  'interval join': ([readings, others]) =>
    readings
      .keyBy('key')
      .intervalJoin(others.keyBy('key'))
      .between(Time.milliseconds(-100), Time.milliseconds(50))
      .process<string>((a, b, _context, out) => out.collect(`${a.key} ${a.at} ${a.value} ${b.value}`)),
  timers: ([readings]) =>
    readings.keyBy('key').process<string>({
      processElement({ at }, context) {
        context.timerService().registerEventTimeTimer(Math.ceil(at / 1000) * 1000);
      },
      onTimer: (timestamp, context, out) => out.collect(`${context.getCurrentKey()} ${timestamp}`),
    }),
};

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(`the same in BATCH and STREAMING: ${name}`, async (t) => {
    const cluster = await MiniCluster.start({ slots: 2 });
    t.teardown(() => cluster.close());
    const run = async (mode: RuntimeMode): Promise<string[]> => {
      const sink = collectSink<string>();
      await cluster.run(
        (env) => {
          env.setRuntimeMode(mode);
          const timed = (records: Reading[]): DataStream<Reading> =>
            env.fromCollection(records).assignTimestampsAndWatermarks(strategy);
          program([timed(READINGS), timed(OTHERS)]).addSink(sink);
        },
        { parallelism: 2 },
      );
      return sink.results.toSorted();
    };
    const streamed = await run('STREAMING');
    t.true(streamed.length > 5);
    t.deepEqual(await run('BATCH'), streamed);
  });
}
