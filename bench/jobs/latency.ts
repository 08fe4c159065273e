/** W7: records at a steady rate, stamped with the monotonic clock → keyBy → map → a sink that takes the time since the stamp. */
import { parseArgs } from 'node:util';
import { Histogram, RichSinkFunction, StreamExecutionEnvironment } from 'weft-stream';
import type { Reading } from './data/generator.js';
import { latencyBin } from './data/latency-bins.js';
import { StampedSource, nowNs } from './data/stamped-source.js';

const KEYS = 1000;
/** What is taken while code is still being compiled is not counted. */
const WARM_UP_NS = 5e9;

class LatencySink extends RichSinkFunction<Reading> {
  private readonly histogram = new Histogram();
  private firstNs = 0;

  override open(): void {
    this.getRuntimeContext().addAccumulator('latency', this.histogram);
  }

  invoke(record: Reading): void {
    const now = nowNs();
    if (this.firstNs === 0) this.firstNs = now;
    if (now - this.firstNs > WARM_UP_NS) this.histogram.add(latencyBin(now - record.ts));
  }
}

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '200000' },
    rate: { type: 'string', default: '10000' },
    'buffer-timeout': { type: 'string', default: '100' },
  },
});
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment.setBufferTimeout(Number(values['buffer-timeout']));
environment
  .addSource(new StampedSource(Number(values.n), Number(values.rate), KEYS))
  .keyBy((record) => record.key)
  .map((record) => record)
  .addSink(new LatencySink());
await environment.execute('latency');
