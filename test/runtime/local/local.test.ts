import test from 'ava';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith, start, temporaryFolderOf, weft } from '../../cli/run/weft.js';

const WORD_COUNT = `import { StreamExecutionEnvironment } from 'weft-stream';
const [input, output] = process.argv.slice(2);
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.readTextFile(input).flatMap((line) => line.split(' ')).map((word) => ({ word, count: 1 }))
  .keyBy((pair) => pair.word).sum('count').map(({ word, count }) => word + '\\t' + count).writeAsText(output).setParallelism(1);
await env.execute('word count');
`;

const WORDS = Array.from({ length: 2000 }, (_, i) => `w${i % 17} w${i % 5}`).join('\n');

/** The last count of each word. */
function totals(path: string): Map<string, number> {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return new Map(lines.map((line) => line.split('\t')).map(([word, count]) => [word, Number(count)]));
}

function expectedTotals(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of WORDS.split(/\s/)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const sorted = (counts: Map<string, number>): [string, number][] => [...counts].sort();

test('weft run -t local runs a program with several slots in one process', async (t) => {
  const folder = folderWith({ 'job.ts': WORD_COUNT, 'in.txt': WORDS });
  const paths = [join(folder, 'in.txt'), join(folder, 'out.txt')];
  const { code, stdout, stderr } = await weft(folder, 'run', '-t', 'local', '-p', '3', 'job.ts', ...paths);
  t.is(stderr, '');
  t.is(code, 0);
  t.regex(stdout, /^Job has been submitted[^]*Job Runtime: \d+ ms\n$/);
  t.deepEqual(sorted(totals(join(folder, 'out.txt'))), sorted(expectedTotals()));
});

const COUNTING = `import { AverageAccumulator, RichMapFunction, StreamExecutionEnvironment } from 'weft-stream';
class Count extends RichMapFunction {
  average = new AverageAccumulator();
  open() { this.getRuntimeContext().addAccumulator('average', this.average); }
  map(n) {
    this.getRuntimeContext().getLongCounter('seen').add(1);
    this.getRuntimeContext().getHistogram('rest').add(n % 2);
    this.average.add(n);
    return n;
  }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromSequence(1, 100).map(new Count()).filter((n) => n > 1000).print();
const result = await env.execute('counting');
console.log(result.getAccumulatorResult('seen') + ' of ' + result.jobName);
`;

test('accumulators come back with the result, merged over slots', async (t) => {
  const { code, stdout, stderr } = await weft(
    folderWith({ 'job.ts': COUNTING }),
    ...['run', '-t', 'local', '-p', '2', 'job.ts'],
  );
  t.is(stderr, '');
  t.is(code, 0);
  t.regex(stdout, /\nAccumulator Results: \n(- .*\n){3}\n\n100 of counting\n$/);
  for (const line of ['- seen (number): 100', '- average (number): 50.5', '- rest (Map): {0=50, 1=50}']) {
    t.true(stdout.includes(`${line}\n`), stdout);
  }
});

/** As npm would install the package. */
function installPackage(folder: string): void {
  const place = join(folder, 'node_modules', 'weft-stream');
  mkdirSync(place, { recursive: true });
  const entry = new URL('../../../runtime/local/package-entry.js', import.meta.url).href;
  writeFileSync(join(place, 'package.json'), '{"name":"weft-stream","type":"module","exports":"./index.js"}');
  writeFileSync(join(place, 'index.js'), `export * from ${JSON.stringify(entry)};\n`);
}

test('node job.js gives the same result, and the process ends by itself', async (t) => {
  const folder = folderWith({ 'job.mjs': WORD_COUNT, 'in.txt': WORDS });
  installPackage(folder);
  const paths = [join(folder, 'in.txt'), join(folder, 'out.txt')];
  const { code, stdout, stderr } = await start(folder, paths, join(folder, 'job.mjs')).ended;
  t.is(stdout + stderr, '');
  t.is(code, 0);
  t.deepEqual(sorted(totals(join(folder, 'out.txt'))), sorted(expectedTotals()));
});

test('node job.js: functions see what the program saw, and the results of earlier jobs', async (t) => {
  const folder = folderWith({
    'job.mjs': `import './early.mjs';
import { StreamExecutionEnvironment } from 'weft-stream';
import { randomUUID } from 'node:crypto';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
const seen = [randomUUID(), Date.now(), Math.random()].join(' ');
console.log(seen);
env.fromElements(1).map(() => seen).print();
const { jobId } = await env.execute();
console.log(jobId);
env.fromElements(1).map(() => jobId).print();
await env.execute();
`,
    'early.mjs': 'globalThis.early = [Date.now(), Math.random()];',
  });
  installPackage(folder);
  const { code, stdout, stderr } = await start(folder, [], join(folder, 'job.mjs')).ended;
  t.is(stderr, '');
  t.is(code, 0);
  const [seen, printed, jobId, printedId] = stdout.trimEnd().split('\n');
  t.is(printed, seen);
  t.is(printedId, jobId);
});

test('a local job that fails shows the user’s line; nothing is left behind', async (t) => {
  const folder = folderWith({
    'job.ts': `import { StreamExecutionEnvironment } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromElements(1, 2, 3).map((x: number): number => {
  if (x === 2) throw new RangeError('two');
  return x;
}).print();
await env.execute();`,
  });
  const { code, stdout, stderr } = await weft(folder, 'run', '-t', 'local', 'job.ts');
  t.is(code, 1);
  t.regex(stdout, /^Job has been submitted with JobID [0-9a-f]{32}\n1\n$/);
  t.regex(stderr, /RangeError: two\n {4}at .*\(job\.ts:4:\d+\)\n\nwhich led to: [^]*Code: +JOB_FAILED\n$/);
  t.deepEqual(readdirSync(temporaryFolderOf(folder)), []);
});
