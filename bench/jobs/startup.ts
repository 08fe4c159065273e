/**
 * The job of the start-up figures: an endless source of 10,000 records a second → keyBy → reduce → a sink that leaves a
 * mark (`open` or `first` and the time) when it opens and when its first record arrives. It takes checkpoints, and restarts as
 * a job with checkpoints does unless told otherwise. With `--windows` (W8) the sum is that of windows of 100 ms by the clock at the
 * source instead.
 */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  RichParallelSourceFunction,
  RichSinkFunction,
  StreamExecutionEnvironment,
  Time,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type SourceContext,
} from 'weft-stream';

interface Reading {
  key: number;
  value: number;
  /** Epoch ms. */
  at: number;
}

class RatedSource extends RichParallelSourceFunction<Reading> {
  async run(context: SourceContext<Reading>): Promise<void> {
    const perTick = 10_000 / this.getRuntimeContext().numberOfParallelSubtasks / 50;
    for (let n = 0; !context.isCancelled;) {
      for (let i = 0; i < perTick; i++, n++) await context.collect({ key: n % 1000, value: 1, at: Date.now() });
      await context.sleep(20);
    }
  }
}

class MarkSink extends RichSinkFunction<Reading> {
  private seen = false;

  constructor(private readonly path: string) {
    super();
  }

  override open(): void {
    this.mark('open');
  }

  invoke(): void {
    if (this.seen) return;
    this.seen = true;
    this.mark('first');
  }

  private mark(what: string): void {
    appendFileSync(`${this.path}.${this.getRuntimeContext().indexOfThisSubtask}`, `${what} ${Date.now()}\n`);
  }
}

const { values } = parseArgs({ options: { mark: { type: 'string' }, windows: { type: 'boolean', default: false } } });
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment.enableCheckpointing(1000);
const readings = environment.addSource(new RatedSource());
const sum = (a: Reading, b: Reading): Reading => ({ ...a, value: a.value + b.value });
const sums = values.windows
  ? readings
      .assignTimestampsAndWatermarks(
        WatermarkStrategy.forMonotonousTimestamps<Reading>().withTimestampAssigner(({ at }) => at),
      )
      .keyBy((reading) => reading.key)
      .window(TumblingEventTimeWindows.of(Time.milliseconds(100)))
      .reduce(sum)
  : readings.keyBy((reading) => reading.key).reduce(sum);
sums.addSink(new MarkSink(values.mark ?? '/dev/null'));
await environment.execute('start-up');
