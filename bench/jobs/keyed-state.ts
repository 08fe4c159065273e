/**
 * The job of the figures `checkpoint`: numbers as fast as they go, counted under very many keys, with a checkpoint each second. It
 * notes how long its thread did something else than to count: source and counting share it, so that is what a snapshot takes, and
 * garbage collection.
 */
import { parseArgs } from 'node:util';
import { performance } from 'node:perf_hooks';
import {
  EmbeddedRocksDBStateBackend,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type Histogram,
  type ValueState,
} from 'weft-stream';

/** Records between two looks at the clock. */
const LOOK = 16;
/** What is shorter is no stop. */
const SHORTEST_MS = 1;

class Counting extends KeyedProcessFunction<number, number, number> {
  private count: ValueState<number> | undefined;
  /** How many stops took so many whole milliseconds. */
  private stops: Histogram | undefined;
  private lastMs = Infinity;
  private seen = 0;

  override open(): void {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'));
    this.stops = this.getRuntimeContext().getHistogram('stops');
  }

  processElement(): void {
    this.count?.update((this.count.value() ?? 0) + 1);
    if (++this.seen % LOOK > 0) return;
    const nowMs = performance.now();
    if (nowMs - this.lastMs >= SHORTEST_MS) this.stops?.add(Math.round(nowMs - this.lastMs));
    this.lastMs = nowMs;
  }
}

const { values } = parseArgs({
  options: { keys: { type: 'string', default: '600000' }, disk: { type: 'boolean', default: false } },
});
const keys = Number(values.keys);
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment.enableCheckpointing(1000);
if (values.disk) environment.setStateBackend(new EmbeddedRocksDBStateBackend());
environment
  .fromSequence(0, Number.MAX_SAFE_INTEGER)
  // Spread over the keys in an order that no cache likes.
  .keyBy((n) => Math.imul(n, 0x9e3779b1) % keys)
  .process(new Counting())
  .addSink(() => undefined);
await environment.execute('keyed state');
