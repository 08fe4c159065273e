/**
 * Counting words when one of them is most of the input. Grouped by word alone, one subtask would count nearly everything. Here
 * each word is first counted in eight parts, and a part is handed on only now and then, so that little is left for the count by
 * word.
 *
 *     weft run -t local -p 4 examples/salted-count.ts
 */
import { KeyedProcessFunction, StreamExecutionEnvironment, type Collector, type ProcessContext } from 'weft-stream';

/** Into how many parts each word is split. */
const SALTS = 8;
/** A part is handed on when it has counted so many. */
const BATCH = 100;

interface Part {
  word: string;
  salt: number;
}

interface Count {
  word: string;
  count: number;
}

/** Counts each part of a word, and hands on what has come since the last time. */
class CountParts extends KeyedProcessFunction<string, Part, Count> {
  private readonly counts = new Map<string, number>();

  processElement({ word }: Part, context: ProcessContext<string>, out: Collector<Count>): void {
    const key = context.getCurrentKey();
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count === BATCH ? 0 : count);
    if (count === BATCH) out.collect({ word, count });
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment();
env
  .fromSequence(1, 80_000)
  .map((n) => ({ word: n % 10 === 0 ? 'whale' : 'the', salt: Math.floor(n / 10) % SALTS }))
  .keyBy((part) => `${part.word}/${part.salt}`)
  .process(new CountParts())
  .name('count by word and salt')
  .keyBy('word')
  .sum('count')
  .filter(({ count }) => count % 8000 === 0)
  .print();

await env.execute('salted count');
