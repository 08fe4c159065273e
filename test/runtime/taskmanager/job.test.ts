/** Whole jobs in slot threads: from a program's text to what its sinks have written. */
import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { eventually, MiniCluster } from './job-harness.js';

let cluster: MiniCluster;
test.before(async () => {
  cluster = await new MiniCluster({ slots: 4 }).start();
});
test.after.always(async () => {
  await cluster.close();
});

const WORD_COUNT = `
import { StreamExecutionEnvironment } from 'weft-stream';
const [input, output, parallelism] = process.argv.slice(2);
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.setParallelism(Number(parallelism));
env.readTextFile(input)
  .flatMap((line: string) => line.toLowerCase().match(/[\\p{L}\\p{N}]+/gu) ?? [])
  .map((word: string) => ({ word, count: 1 }))
  .keyBy((w) => w.word)
  .sum('count')
  .map((w) => w.word + '\\t' + w.count)
  .writeAsText(output);
await env.execute('word count');
`;

for (const parallelism of [1, 3]) {
  test.serial(`word count with parallelism ${parallelism}`, async (t) => {
    const input = join(cluster.folder, 'input.txt');
    const words = Array.from({ length: 5000 }, (_, i) => `w${i % 7}`);
    writeFileSync(input, `${words.join(' ')}\nw0 END\n`);
    const output = join(cluster.folder, `output-${parallelism}`);
    const run = await cluster.run(await cluster.compile(WORD_COUNT, [input, output, String(parallelism)]));
    const ends = await run.end();
    t.true(
      ends.every(({ state }) => state === 'FINISHED'),
      JSON.stringify(ends),
    );

    const files = parallelism === 1 ? [output] : readdirSync(output).map((name) => join(output, name));
    t.is(files.length, parallelism);
    const last = new Map<string, string>();
    for (const file of files) {
      for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
        const [word = '', count = ''] = line.split('\t');
        last.set(word, count);
      }
    }
    const expected = new Map(
      [...Array(7).keys()].map((i) => [`w${i}`, String(words.filter((w) => w === `w${i}`).length)]),
    );
    expected.set('w0', String(Number(expected.get('w0')) + 1)).set('end', '1');
    t.deepEqual(new Map([...last].sort()), new Map([...expected].sort()));
    const counted = ends
      .filter(({ vertex }) => !vertex.startsWith('Source'))
      .reduce((n, end) => n + (end.metrics?.recordsIn ?? 0), 0);
    t.is(counted, 5002);
    await eventually(() => cluster.leftOvers.length === 0);
  });
}
