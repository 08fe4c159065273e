/**
 * Counts words: the longest runs of letters and digits in any script, lower-cased. Each word emits its running count, so
 * the last line of a word is its total.
 *
 *   weft run examples/word-count.ts [--input PATH|-] [--output PATH]
 *
 * --input   a file, a folder or a .gz; `-` is standard input (read whole before the job starts); default: a short sample
 * --output  where the lines `word<TAB>count` go; default: printed
 */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { StreamExecutionEnvironment, type DataStream, WriteMode } from 'weft-stream';

const SAMPLE = [
  'To be, or not to be, that is the question:',
  'Whether ’tis nobler in the mind to suffer',
  'The slings and arrows of outrageous fortune,',
  'Or to take arms against a sea of troubles',
  'And by opposing end them.',
];
const WORD = /[\p{L}\p{N}]+/gu;

const { values } = parseArgs({ options: { input: { type: 'string' }, output: { type: 'string' } } });

const env = StreamExecutionEnvironment.getExecutionEnvironment();

const counts = (await lines(values.input))
  .flatMap((line) => line.match(WORD) ?? [])
  .map((word) => ({ word: word.toLowerCase(), count: 1 }))
  .keyBy('word')
  .sum('count')
  .map(({ word, count }) => `${word}\t${count}`)
  .name('Format');

if (values.output === undefined) counts.print();
else counts.writeAsText(values.output, WriteMode.OVERWRITE);

await env.execute('Word Count');

async function lines(input: string | undefined): Promise<DataStream<string>> {
  if (input === undefined) return env.fromCollection(SAMPLE);
  if (input !== '-') return env.readTextFile(input);
  const read = await env.value('standard input', () => text(process.stdin));
  return env.fromCollection(read.split(/\r?\n/));
}
