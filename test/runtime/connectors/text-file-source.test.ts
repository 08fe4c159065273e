import { mkdtempSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { ManualClock, systemClock } from '../../../runtime/common/clock.js';
import { TextFileSource } from '../../../runtime/connectors/index.js';
import { ReaderHarness } from './reader-harness.js';

const folder = mkdtempSync(join(tmpdir(), 'weft-text-source-'));
test.after.always(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function lines(path: string, subtask = 0, parallelism = 1, max?: number): Promise<unknown[]> {
  const harness = new ReaderHarness();
  return harness.drain(new TextFileSource({ path }, { subtask, parallelism }, harness.outlet, systemClock), max);
}

test('lines come without their ends; the last counts without one, and no empty one follows', async (t) => {
  t.deepEqual(await lines(file('plain.txt', 'a\nb\r\n\nc')), ['a', 'b', '', 'c']);
  t.deepEqual(await lines(file('ended.txt', 'a\nb\n')), ['a', 'b']);
  t.deepEqual(await lines(file('empty.txt', '')), []);
});

test('characters and lines that lie across chunks are whole', async (t) => {
  const expected = Array.from({ length: 9000 }, (_, i) => `${'ä€😀'.repeat(i % 7)}#${i}`);
  t.deepEqual(await lines(file('long.txt', expected.join('\n')), 0, 1, 17), expected);
  const one = 'x€'.repeat(200_000);
  t.deepEqual(await lines(file('one-line.txt', one)), [one]);
});

test('a .gz is decompressed, one of several members too', async (t) => {
  const content = Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')]);
  t.deepEqual(await lines(file('zipped.gz', content)), ['a', 'bc', 'd']);
});

test('the files of a folder are shared out by their order, without hidden ones and folders', async (t) => {
  const inputs = join(folder, 'inputs');
  mkdirSync(join(inputs, 'below'), { recursive: true });
  for (const name of ['1', '2', '3', '_SUCCESS', '.hidden', 'below/4'])
    writeFileSync(join(inputs, name), `in ${name}\n`);
  t.deepEqual(await lines(inputs, 0, 2), ['in 1', 'in 3']);
  t.deepEqual(await lines(inputs, 1, 2), ['in 2']);
  t.deepEqual(await lines(file('single.txt', 'x'), 1, 2), []);
});

test('a missing input is refused before the source runs', async (t) => {
  const path = join(folder, 'missing.txt');
  const error = await t.throwsAsync(lines(path), { code: 'SOURCE_FILE_NOT_FOUND' });
  t.true(error.message.includes(path));
});

test('a broken gzip gives the lines before the break, then its error', async (t) => {
  const whole = gzipSync(Array.from({ length: 50_000 }, (_, i) => `line ${i * 7919}`).join('\n'));
  for (const content of [whole.subarray(0, whole.length / 2), Buffer.from('this is no gzip')]) {
    const path = file('broken.gz', content);
    const harness = new ReaderHarness();
    const reader = new TextFileSource({ path }, { subtask: 0, parallelism: 1 }, harness.outlet, systemClock);
    const error = await t.throwsAsync(harness.drain(reader), { code: 'SOURCE_FILE_BROKEN' });
    t.true(error.message.includes(path));
  }
});

test('a .zst is decompressed where Node can, else its name and what to do are told', async (t) => {
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Uint8Array };
  const path = file('packed.zst', zstdCompressSync?.('a\nb') ?? 'whatever');
  if (zstdCompressSync !== undefined) t.deepEqual(await lines(path), ['a', 'b']);
  else await t.throwsAsync(lines(path), { code: 'SOURCE_FILE_BROKEN', message: /packed\.zst .* zstd/ });
});

test('a folder that is watched gives new files, and changed ones again', async (t) => {
  const path = join(folder, 'watched');
  mkdirSync(path);
  file('watched/a', '1\n');
  const harness = new ReaderHarness();
  const clock = new ManualClock(0);
  const source = new TextFileSource(
    { path, watchMs: 1000, deserialize: Number },
    { subtask: 0, parallelism: 1 },
    harness.outlet,
    clock,
  );
  await source.open();
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
  source.close();
});
