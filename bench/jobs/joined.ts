/** W6: two streams of readings → bounded disorder → keyBy(key) → pairs by interval or by window → checksums of the pairs. */
import { parseArgs } from 'node:util';
import { StreamExecutionEnvironment, Time, TumblingEventTimeWindows, WatermarkStrategy } from 'weft-stream';
import { ChecksumSink } from './data/checksum-sink.js';
import { interleave, mix32, OTHER_SEED, reading, type Reading } from './data/generator.js';

const PER_MS = 10;

class PairSink extends ChecksumSink<Reading> {
  invoke({ id, ts, value }: Reading): void {
    this.count++;
    this.sum += value;
    this.mix = (this.mix + mix32(id ^ mix32(ts))) | 0;
  }
}

/** The numbers of both are in it. */
function pair(left: Reading, right: Reading): Reading {
  return { id: left.id, key: left.key, ts: right.id, value: left.value + right.value };
}

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '10000' },
    kind: { type: 'string', default: 'window' },
  },
});
const half = Number(values.n) / 2;
const keys = Number(values.keys);
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
const parallelism = environment.getParallelism();
const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Reading>(Time.seconds(1)).withTimestampAssigner(
  ({ ts }) => ts,
);
const readings = (seed?: number) =>
  environment
    .fromSequence(0, half - 1)
    .map((index) => reading(interleave(index, half, parallelism), keys, PER_MS, seed))
    .assignTimestampsAndWatermarks(strategy);
const [left, right] = [readings(), readings(OTHER_SEED)];
const pairs =
  values.kind === 'interval'
    ? left
        .keyBy(({ key }) => key)
        .intervalJoin(right.keyBy(({ key }) => key))
        .between(Time.seconds(-1), Time.seconds(1))
        .process<Reading>((a, b, _context, out) => out.collect(pair(a, b)))
    : left
        .join(right)
        .where(({ key }) => key)
        .equalTo(({ key }) => key)
        .window(TumblingEventTimeWindows.of(Time.seconds(1)))
        .apply(pair);
pairs.addSink(new PairSink());
await environment.execute('joined');
