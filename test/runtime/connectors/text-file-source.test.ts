import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { deflateSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { ManualClock, systemClock } from '../../../runtime/common/clock.js';
import { TextFileSource } from '../../../runtime/connectors/file/text-file-source.js';
import type { TextFileOptions } from '../../../runtime/connectors/file/text-file-source.js';
import { SourceBench, type BenchOptions } from './source-bench.js';

const folder = mkdtempSync(join(tmpdir(), 'weft-text-source-'));
test.after.always(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function benchOf(options: TextFileOptions, bench: Partial<BenchOptions> = {}): SourceBench {
  return new SourceBench(new TextFileSource(options), { clock: systemClock, ...bench });
}

async function lines(path: string, max?: number): Promise<unknown[]> {
  return (await benchOf({ path }).drain(max)).flat();
}

/** Lines of every kind: empty, long, with characters of several bytes, some with a carriage return. */
function manyLines(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${'ä€😀'.repeat(i % 97)}#${i}`);
}

test('lines come without their ends; the last counts without one, and no empty one follows', async (t) => {
  t.deepEqual(await lines(file('plain.txt', 'a\nb\r\n\nc')), ['a', 'b', '', 'c']);
  t.deepEqual(await lines(file('ended.txt', 'a\nb\n')), ['a', 'b']);
  t.deepEqual(await lines(file('only.txt', '\r\n\n')), ['', '']);
  t.deepEqual(await lines(file('empty.txt', '')), []);
});

test('characters and lines that lie across chunks are whole', async (t) => {
  const expected = manyLines(9000);
  t.deepEqual(await lines(file('long.txt', expected.join('\n')), 17), expected);
  const one = 'x€'.repeat(400_000);
  t.deepEqual(await lines(file('one-line.txt', one)), [one]);
});

test('a large file is divided among the readers, each line read once', async (t) => {
  const expected = manyLines(30_000);
  const path = file('large.txt', expected.join('\r\n'));
  const bench = benchOf({ path }, { parallelism: 3 });
  const records = await bench.drain();
  t.deepEqual(records.flat().sort(), [...expected].sort());
  t.true(records.every((some) => some.length > 1000));
  const splits = new Set(bench.readers.flatMap(({ harness }) => [...harness.splitOf.values()]));
  t.true(splits.size > 3, String(splits.size));
  t.deepEqual(new Set(bench.readers.flatMap(({ harness }) => harness.splitsOver)), splits);
});

test('a .gz is decompressed, one of several members too; a .deflate as well', async (t) => {
  const content = Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')]);
  t.deepEqual(await lines(file('zipped.gz', content)), ['a', 'bc', 'd']);
  t.deepEqual(await lines(file('packed.deflate', deflateSync('a\nb'))), ['a', 'b']);
});

test('a compressed file is read by one reader', async (t) => {
  const expected = manyLines(20_000);
  const records = await benchOf({ path: file('large.gz', gzipSync(expected.join('\n'))) }, { parallelism: 2 }).drain();
  t.deepEqual(records.map(({ length }) => length).sort(), [0, expected.length]);
  t.deepEqual(records.flat(), expected);
});

test('the files of a folder, without hidden ones and folders', async (t) => {
  const inputs = join(folder, 'inputs');
  mkdirSync(join(inputs, 'below'), { recursive: true });
  for (const name of ['1', '2', '3', '_SUCCESS', '.hidden', 'below/4'])
    writeFileSync(join(inputs, name), `in ${name}\n`);
  t.deepEqual(await lines(inputs), ['in 1', 'in 2', 'in 3']);
  t.deepEqual((await benchOf({ path: inputs }, { parallelism: 2 }).drain()).flat().sort(), ['in 1', 'in 2', 'in 3']);
});

test('what goes on from a checkpoint reads each line once, wherever it was taken', async (t) => {
  const expected = manyLines(6000);
  const text = expected.join('\n');
  for (const path of [file('restored.txt', text), file('restored.gz', gzipSync(text))]) {
    for (const until of [0, 1, 777, 5999]) {
      const first = await benchOf({ path }).start();
      const { harness, source, states } = await first.open();
      const room = until > 0;
      if (room) await harness.pullUntil(source, () => harness.records.length >= until, 1);
      const splits = states.snapshot(1);
      const state = first.host.snapshot(1);
      await first.close();
      const second = benchOf({ path }, { restored: state, restoredSplits: [splits] });
      const rest = (await second.drain()).flat();
      t.deepEqual([...harness.records, ...rest], expected, `${path} after ${until}`);
    }
  }
});

test('what a lost reader had goes to another one', async (t) => {
  const inputs = join(folder, 'lost');
  mkdirSync(inputs);
  for (const name of ['1', '2', '3', '4']) writeFileSync(join(inputs, name), `in ${name}\n`);
  const bench = await benchOf({ path: inputs }, { parallelism: 2 }).start();
  const lost = await bench.open(0);
  await lost.harness.pullUntil(lost.source, () => lost.harness.records.length === 1, 1);
  bench.host.readerLost(0, undefined);
  const { harness, source } = await bench.open(1);
  await harness.pullUntil(source, (result) => result === 'end');
  t.deepEqual(harness.records, ['in 1', 'in 2', 'in 3', 'in 4']);
  await bench.close();
});

test('a missing input is named', async (t) => {
  const path = join(folder, 'missing.txt');
  const error = await t.throwsAsync(lines(path), { code: 'SOURCE_FILE_NOT_FOUND' });
  t.true(error.message.includes(path));
  await t.throwsAsync(lines('hdfs://namenode/in'), { code: 'FILESYSTEM_UNKNOWN', message: /hdfs/ });
});

test('a file that vanishes, and one that may not be read, are named', async (t) => {
  const inputs = join(folder, 'vanishing');
  mkdirSync(inputs);
  const path = file('vanishing/gone', 'x\n');
  const bench = await benchOf({ path: inputs }).start();
  rmSync(path);
  const { harness, source } = bench.readers[0];
  await t.throwsAsync(harness.drain(source), { code: 'SOURCE_FILE_NOT_FOUND', message: /vanishing\/gone has gone/ });
  await bench.close();
  file('vanishing/readable', 'x\n');
  symlinkSync(join(inputs, 'nowhere'), join(inputs, 'dangling'));
  t.deepEqual(await lines(inputs), ['x']);
  if (process.getuid?.() === 0) return;
  chmodSync(file('vanishing/secret', 'x\n'), 0);
  await t.throwsAsync(lines(inputs), { code: 'SOURCE_FILE_BROKEN', message: /secret.*permission is denied/ });
});

test('a broken compressed file gives the lines before the break, then its error with the place', async (t) => {
  const whole = gzipSync(Array.from({ length: 200_000 }, (_, i) => `line ${i * 7919}`).join('\n'));
  const half = whole.subarray(0, whole.length / 2);
  const damaged = Buffer.from(whole).fill(0xa5, whole.length - 1000, whole.length - 900);
  for (const [content, near] of [
    [half, half.length],
    [damaged, whole.length - 1000],
    [Buffer.from('this is no gzip'), 0],
  ] as const) {
    const path = file('broken.gz', content);
    const bench = await benchOf({ path }).start();
    const { harness, source } = bench.readers[0];
    const error = await t.throwsAsync(harness.drain(source), { code: 'SOURCE_FILE_BROKEN' });
    const place = Number(/broken\.gz is broken gzip near byte (\d+): /.exec(error.message)?.[1]);
    t.true(Math.abs(place - near) <= 300_000, `${error.message} instead of near ${near}`);
    if (near > 0) t.true(harness.records.length > 1000);
    await bench.close();
  }
});

test('a .zst is decompressed where Node can, else its name and what to do are told', async (t) => {
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Uint8Array };
  const path = file('packed.zst', zstdCompressSync?.('a\nb') ?? 'whatever');
  if (zstdCompressSync === undefined) {
    await t.throwsAsync(lines(path), { code: 'SOURCE_FILE_BROKEN', message: /packed\.zst .* zstd/ });
    return;
  }
  t.deepEqual(await lines(path), ['a', 'b']);
  const whole = zstdCompressSync(manyLines(1000).join('\n'));
  const broken = file('broken.zst', whole.subarray(0, whole.length - 20));
  await t.throwsAsync(lines(broken), {
    code: 'SOURCE_FILE_BROKEN',
    message: /broken\.zst is broken zstd near byte \d+/,
  });
});

test('a folder that is watched gives new files, and changed ones again', async (t) => {
  const path = join(folder, 'watched');
  mkdirSync(path);
  file('watched/a', '1\n');
  const clock = new ManualClock(0);
  const bench = await benchOf({ path, watchMs: 1000, deserialize: Number }, { clock, parallelism: 1 }).start();
  const { harness, source, states } = await bench.open();
  await harness.pullUntil(source, () => harness.records.length === 1);
  file('watched/b', '2\n3\n');
  file('watched/.hidden', '9\n');
  clock.advance(1000);
  await harness.pullUntil(source, () => harness.records.length === 3);
  file('watched/a', '4\n');
  utimesSync(join(path, 'a'), 1000, 1000);
  clock.advance(1000);
  await harness.pullUntil(source, () => harness.records.length === 4);
  t.deepEqual(harness.records, [1, 2, 3, 4]);

  // After a restore only what is new.
  const [splits, state] = [states.snapshot(1), bench.host.snapshot(1)];
  await bench.close();
  appendFileSync(join(path, 'b'), '5\n');
  utimesSync(join(path, 'b'), 2000, 2000);
  const restored = benchOf(
    { path, watchMs: 1000, deserialize: Number },
    { clock, restored: state, restoredSplits: [splits] },
  );
  await restored.start();
  const next = await restored.open();
  await next.harness.pullUntil(next.source, () => next.harness.records.length === 3);
  t.deepEqual(next.harness.records, [2, 3, 5]);
  await restored.close();
});
