/** W2: lines → words → keyBy(word) → running count of each → checksums. One result for each word. */
import { parseArgs } from 'node:util';
import { StreamExecutionEnvironment } from 'weft-stream';
import { ChecksumSink } from './data/checksum-sink.js';
import { javaHash, makeLines, mix32 } from './data/generator.js';

interface WordCount {
  word: string;
  count: number;
}

class WordSink extends ChecksumSink<WordCount> {
  invoke({ word, count }: WordCount): void {
    this.count++;
    this.sum += count;
    this.mix = (this.mix + mix32(javaHash(word) ^ count)) | 0;
  }
}

const { values } = parseArgs({ options: { n: { type: 'string', default: '200000' } } });
const lines = makeLines();
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment
  .fromSequence(0, Number(values.n) - 1)
  .map((index) => lines[index & (lines.length - 1)])
  .flatMap<WordCount>((line, out) => {
    let from = 0;
    for (let to = line.indexOf(' '); to >= 0; to = line.indexOf(' ', from)) {
      out.collect({ word: line.substring(from, to), count: 1 });
      from = to + 1;
    }
    out.collect({ word: line.substring(from), count: 1 });
  })
  .keyBy((item) => item.word)
  .sum('count')
  .addSink(new WordSink());
await environment.execute('word count');
