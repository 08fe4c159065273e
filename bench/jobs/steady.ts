/**
 * The job that the soak leaves running: records at a steady rate → keyBy → keyed state → a sink that writes down, once a second,
 * how long they took. Its state is of a fixed size, so that what grows is Weft's.
 */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { RichMapFunction, RichSinkFunction, StreamExecutionEnvironment, ValueStateDescriptor } from 'weft-stream';
import type { ValueState } from 'weft-stream';
import type { Reading } from './data/generator.js';
import { latencyBin, latencyQuantileMs } from './data/latency-bins.js';
import { StampedSource, nowNs } from './data/stamped-source.js';

const KEYS = 10_000;
const EVERY_NS = 1e9;

class Counting extends RichMapFunction<Reading, Reading> {
  private seen!: ValueState<number>;

  override open(): void {
    this.seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', undefined, 0));
  }

  map(record: Reading): Reading {
    this.seen.update((this.seen.value() ?? 0) + 1);
    return record;
  }
}

/** Lines of `<epoch ms> <median ms> <p99 ms> <records>`. */
class LatencyLog extends RichSinkFunction<Reading> {
  private bins = new Map<number, number>();
  private records = 0;
  private sinceNs = 0;

  constructor(private readonly file: string) {
    super();
  }

  invoke(record: Reading): void {
    const now = nowNs();
    if (this.sinceNs === 0) this.sinceNs = now;
    const bin = latencyBin(now - record.ts);
    this.bins.set(bin, (this.bins.get(bin) ?? 0) + 1);
    this.records++;
    if (now - this.sinceNs < EVERY_NS) return;
    const [median, p99] = [0.5, 0.99].map((share) => latencyQuantileMs(this.bins, share).toFixed(3));
    appendFileSync(this.file, `${Date.now()} ${median} ${p99} ${this.records}\n`);
    this.bins = new Map();
    this.records = 0;
    this.sinceNs = now;
  }
}

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '2000' }, log: { type: 'string', default: 'latency.log' } },
});
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment.enableCheckpointing(1000);
environment
  .addSource(new StampedSource(Infinity, Number(values.rate), KEYS))
  .keyBy((record) => record.key)
  .map(new Counting())
  .uid('counting')
  .addSink(new LatencyLog(values.log));
await environment.execute('steady');
