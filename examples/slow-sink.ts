/**
 * Ten million records into a sink that is too slow on purpose: the source is held back, and no process grows.
 *
 *   weft run examples/slow-sink.ts [--records N] [--pause-ms N] [--every N]
 *
 * The sink pauses --pause-ms (default 1) after --every (default 1000) records. Source and sink are separate tasks.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { RichSinkFunction, StreamExecutionEnvironment } from 'weft-stream';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    'pause-ms': { type: 'string', default: '1' },
    every: { type: 'string', default: '1000' },
  },
});
const pauseMs = Number(values['pause-ms']);
const every = Number(values.every);

class SlowSink extends RichSinkFunction<number> {
  private received = 0;

  invoke(): void | Promise<void> {
    this.received++;
    if (this.received % every === 0) return pause(pauseMs);
  }

  override close(): void {
    console.log(`The sink received ${this.received} records.`);
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment();

env.fromSequence(1, Number(values.records)).rebalance().addSink(new SlowSink()).name('Slow');

await env.execute('Slow Sink');
