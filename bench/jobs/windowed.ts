/**
 * W3, W4 and W5: readings → bounded disorder → keyBy(key) → sum and count of each window → checksums of the totals; W4 with
 * checkpoints meanwhile.
 */
import { parseArgs } from 'node:util';
import {
  EmbeddedRocksDBStateBackend,
  SlidingEventTimeWindows,
  StreamExecutionEnvironment,
  Time,
  TumblingEventTimeWindows,
  WatermarkStrategy,
} from 'weft-stream';
import { ChecksumSink } from './data/checksum-sink.js';
import { interleave, mix32, reading, type Reading } from './data/generator.js';

interface Total {
  key: number;
  end: number;
  count: number;
  sum: number;
}

class TotalSink extends ChecksumSink<Total> {
  invoke({ key, end, count, sum }: Total): void {
    this.count++;
    this.sum += sum;
    this.mix = (this.mix + mix32(key ^ mix32((end / 1000) ^ mix32(count ^ sum)))) | 0;
  }
}

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '1000' },
    size: { type: 'string', default: '1' },
    slide: { type: 'string', default: '1' },
    'checkpoint-ms': { type: 'string' },
    'checkpoint-dir': { type: 'string', default: '' },
    backend: { type: 'string', default: 'hashmap' },
  },
});
const [n, keys, size, slide] = [values.n, values.keys, values.size, values.slide].map(Number);
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
if (values['checkpoint-ms'] !== undefined) {
  environment.enableCheckpointing(Number(values['checkpoint-ms']));
  environment.getCheckpointConfig().setCheckpointStorage(values['checkpoint-dir']);
}
if (values.backend === 'rocksdb') environment.setStateBackend(new EmbeddedRocksDBStateBackend(true));
const parallelism = environment.getParallelism();
const windows =
  size === slide
    ? TumblingEventTimeWindows.of(Time.seconds(size))
    : SlidingEventTimeWindows.of(Time.seconds(size), Time.seconds(slide));
environment
  .fromSequence(0, n - 1)
  .map((index) => reading(interleave(index, n, parallelism), keys))
  .assignTimestampsAndWatermarks(
    WatermarkStrategy.forBoundedOutOfOrderness<Reading>(Time.seconds(1)).withTimestampAssigner(({ ts }) => ts),
  )
  .keyBy((record) => record.key)
  .window(windows)
  .aggregate(
    {
      createAccumulator: () => ({ count: 0, sum: 0 }),
      add(record, total) {
        total.count++;
        total.sum += record.value;
        return total;
      },
      getResult: (total) => total,
      merge(a, b) {
        a.count += b.count;
        a.sum += b.sum;
        return a;
      },
    },
    (key, context, [{ count, sum }], out: { collect(total: Total): void }) =>
      out.collect({ key, end: context.window().end, count, sum }),
  )
  .addSink(new TotalSink());
await environment.execute('windowed');
