/** W1: a number → the record of that number → value * 2 + 1, in place → seven of eight keys → checksums. One chain. */
import { parseArgs } from 'node:util';
import { StreamExecutionEnvironment } from 'weft-stream';
import { ChecksumSink } from './data/checksum-sink.js';
import { mix32, reading, type Reading } from './data/generator.js';

class ReadingSink extends ChecksumSink<Reading> {
  invoke(record: Reading): void {
    this.count++;
    this.sum += record.value;
    this.mix = (this.mix + mix32(record.id ^ record.key)) | 0;
  }
}

const { values } = parseArgs({
  options: { n: { type: 'string', default: '1000000' }, reuse: { type: 'boolean', default: false } },
});
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
if (values.reuse) environment.getConfig().enableObjectReuse();
environment
  .fromSequence(0, Number(values.n) - 1)
  .map((id) => reading(id, 1000))
  .map((record) => {
    record.value = record.value * 2 + 1;
    return record;
  })
  .filter((record) => (record.key & 7) !== 0)
  .addSink(new ReadingSink());
await environment.execute('pass-through');
