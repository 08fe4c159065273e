import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FileSink, type FileSinkOptions } from '../../../runtime/api/index.js';
import { operatorHarness, type HarnessOptions } from '../../../runtime/testing/index.js';

interface Line {
  day: string;
  n: number;
}

async function outputFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-file-sink-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'out');
}

/** The lines of each part that a reader sees, parts in the order of their numbers. */
async function partsOf(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => name.startsWith('part-'));
  const numberOf = (name: string): number => Number.parseInt(name.split('-').at(-1) ?? '', 10);
  const sorted = names.toSorted((a, b) => numberOf(a) - numberOf(b));
  const contents = await Promise.all(sorted.map((name) => readFile(join(folder, name), 'utf8')));
  return contents.map((content) => content.trimEnd().replaceAll('\n', ' '));
}

async function hiddenIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('.'));
}

function sinkTo(
  folder: string,
  options: FileSinkOptions<Line> = {},
  harness: HarnessOptions = {},
): ReturnType<typeof operatorHarness<Line, never>> {
  const sink = FileSink.forRowFormat<Line>(folder, ({ n }) => String(n), options);
  return operatorHarness<Line, never>((input) => input.sinkTo(sink), harness);
}

const lines = (...numbers: number[]): Line[] => numbers.map((n) => ({ day: n < 10 ? 'mon' : 'tue', n }));

test('a part is hidden until its checkpoint is complete', async (t) => {
  const folder = await outputFolder(t);
  const harness = await sinkTo(folder);
  harness.processElements(lines(1, 2));
  const snapshot = await harness.snapshot();
  t.deepEqual(await partsOf(folder), []);
  t.is((await hiddenIn(folder)).length, 1);
  await harness.notifyOfCompletedCheckpoint(snapshot);
  t.deepEqual(await partsOf(folder), ['1 2']);
  harness.processElements(lines(3));
  await harness.close();
  t.deepEqual((await partsOf(folder)).toSorted(), ['1 2', '3']);
  t.deepEqual(await hiddenIn(folder), []);
});

test('a failure between checkpoint and commit: the restored sink names the part, and what came after it is gone', async (t) => {
  const folder = await outputFolder(t);
  const harness = await sinkTo(folder);
  harness.processElements(lines(1, 2));
  const snapshot = await harness.snapshot();
  harness.processElements(lines(3));
  await harness.cancel();
  for (const expected of [['1 2'], ['1 2']]) {
    const again = await sinkTo(folder, {}, { restore: snapshot });
    t.deepEqual(await partsOf(folder), expected);
    await again.close();
  }
  t.deepEqual(await hiddenIn(folder), []);
});

test('parts roll by size and by time, and go to the bucket of the record', async (t) => {
  const folder = await outputFolder(t);
  const rolling = { maxPartSizeBytes: 4, rolloverIntervalMs: 1000 };
  const harness = await sinkTo(folder, { rolling, bucketOf: ({ day }) => day, suffix: '.txt' });
  harness.processElements(lines(1, 2, 3, 11));
  // The last of them begins its part when the others are written.
  await harness.until(() => existsSync(join(folder, 'tue')));
  harness.setProcessingTime(2000);
  harness.processElements(lines(12));
  await harness.close();
  t.deepEqual(await partsOf(join(folder, 'mon')), ['1 2', '3']);
  t.deepEqual(await partsOf(join(folder, 'tue')), ['11', '12']);
  t.true((await readdir(join(folder, 'mon'))).every((name) => name.endsWith('.txt')));
});

test('a part that is gone fails the job; so does a policy that rolls never', async (t) => {
  const folder = await outputFolder(t);
  const harness = await sinkTo(folder);
  harness.processElements(lines(1));
  const snapshot = await harness.snapshot();
  await harness.cancel();
  await rm(folder, { recursive: true });
  await t.throwsAsync(sinkTo(folder, {}, { restore: snapshot }), { code: 'SINK_FILE_FAILED' });
  t.throws(() => FileSink.forRowFormat('out', String, { rolling: { maxPartSizeBytes: 0 } }), {
    instanceOf: RangeError,
  });
});
