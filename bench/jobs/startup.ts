/**
 * The job of the start-up figures: an endless source of 10,000 records a second → keyBy → reduce → a sink that leaves a
 * mark (`open` or `first` and the time) when it opens and when its first record arrives. It takes checkpoints, and restarts as
 * a job with checkpoints does unless told otherwise.
 */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  RichParallelSourceFunction,
  RichSinkFunction,
  StreamExecutionEnvironment,
  type SourceContext,
} from 'weft-stream';

interface Reading {
  key: number;
  value: number;
}

class RatedSource extends RichParallelSourceFunction<Reading> {
  async run(context: SourceContext<Reading>): Promise<void> {
    const perTick = 10_000 / this.getRuntimeContext().numberOfParallelSubtasks / 50;
    for (let n = 0; !context.isCancelled;) {
      for (let i = 0; i < perTick; i++, n++) await context.collect({ key: n % 1000, value: 1 });
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

const { values } = parseArgs({ options: { mark: { type: 'string' } } });
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment.enableCheckpointing(1000);
environment
  .addSource(new RatedSource())
  .keyBy((reading) => reading.key)
  .reduce((a, b) => ({ key: a.key, value: a.value + b.value }))
  .addSink(new MarkSink(values.mark ?? '/dev/null'));
await environment.execute('start-up');
