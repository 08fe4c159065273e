/**
 * A stream without end, for trying out what happens when processes die: a counter at a fixed rate, summed up per key. After
 * a failure the job is restarted, again and again.
 *
 *   weft run -d examples/endless.ts [--rate RECORDS_PER_SECOND] [--keys N] [--output PATH]
 */
import { parseArgs } from 'node:util';
import {
  RestartStrategies,
  RichParallelSourceFunction,
  StreamExecutionEnvironment,
  type SourceContext,
  WriteMode,
} from 'weft-stream';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '100' },
    keys: { type: 'string', default: '10' },
    output: { type: 'string' },
  },
});
const rate = Number(values.rate);
const keys = Number(values.keys);
if (!(rate > 0) || !(keys >= 1)) throw new Error('--rate and --keys must be positive numbers.');

interface Tick {
  key: number;
  count: number;
}

/** Emits its share of the rate, a batch every 50 ms. */
class Ticks extends RichParallelSourceFunction<Tick> {
  async run(context: SourceContext<Tick>): Promise<void> {
    const { numberOfParallelSubtasks, indexOfThisSubtask } = this.getRuntimeContext();
    const perBatch = (rate * 0.05) / numberOfParallelSubtasks;
    let due = 0;
    let next = indexOfThisSubtask;
    while (!context.isCancelled) {
      for (due += perBatch; due >= 1; due--) {
        await context.collect({ key: next % keys, count: 1 });
        next += numberOfParallelSubtasks;
      }
      await context.sleep(50);
    }
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.setRestartStrategy(RestartStrategies.fixedDelayRestart(1_000_000, '100 ms'));

const totals = env
  .addSource(new Ticks(), 'Ticks')
  .keyBy((tick) => tick.key)
  .reduce((total, tick) => ({ key: total.key, count: total.count + tick.count }))
  .map(({ key, count }) => `${key}\t${count}`)
  .name('Format');

if (values.output === undefined) totals.print();
else totals.writeAsText(values.output, WriteMode.OVERWRITE);

await env.execute('Endless');
