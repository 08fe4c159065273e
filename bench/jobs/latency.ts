/** W7: records at a steady rate, stamped with the monotonic clock → keyBy → map → a sink that takes the time since the stamp. */
import { parseArgs } from 'node:util';
import {
  Histogram,
  RichParallelSourceFunction,
  RichSinkFunction,
  StreamExecutionEnvironment,
  type SourceContext,
} from 'weft-stream';
import { latencyBin } from './data/latency-bins.js';
import { reading, type Reading } from './data/generator.js';

const KEYS = 1000;
/** What is taken while code is still being compiled is not counted. */
const WARM_UP_NS = 5e9;

/** One clock for all threads and processes of a machine. */
function nowNs(): number {
  const [seconds, ns] = process.hrtime();
  return seconds * 1e9 + ns;
}

class StampedSource extends RichParallelSourceFunction<Reading> {
  constructor(
    private readonly count: number,
    private readonly perSecond: number,
  ) {
    super();
  }

  async run(context: SourceContext<Reading>): Promise<void> {
    const { numberOfParallelSubtasks, indexOfThisSubtask } = this.getRuntimeContext();
    const count = this.count / numberOfParallelSubtasks;
    const intervalNs = (1e9 * numberOfParallelSubtasks) / this.perSecond;
    const startNs = nowNs();
    for (let n = 0; n < count && !context.isCancelled;) {
      const due = Math.min(count, Math.ceil((nowNs() - startNs) / intervalNs));
      while (n < due) {
        const record = reading(indexOfThisSubtask * count + n++, KEYS);
        record.ts = nowNs();
        await context.collect(record);
      }
      await context.sleep(1);
    }
  }
}

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
  .addSource(new StampedSource(Number(values.n), Number(values.rate)))
  .keyBy((record) => record.key)
  .map((record) => record)
  .addSink(new LatencySink());
await environment.execute('latency');
