import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import {
  StateFileReader,
  StateFileWriter,
  checkpointFolder,
  checkpointIdsIn,
  disposeCheckpoint,
  newSavepointFolder,
  readMetadata,
  requireFiles,
  writeMetadata,
  type CheckpointMetadata,
} from '../../../runtime/checkpoint/index.js';
import type { SubtaskState } from '../../../runtime/common/wire/protocols/checkpoints.js';

const folders: string[] = [];

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'weft-checkpoint-'));
  folders.push(path);
  return path;
}

test.after.always(async () => {
  for (const path of folders) await rm(path, { recursive: true, force: true });
});

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const portion = (group: number, size: number): Uint8Array => new Uint8Array(size).fill(group);

/** A state with keyed portions of two groups, and lists. */
async function writeState(path: string, portionBytes: number, inlineThresholdBytes = 20_480): Promise<SubtaskState> {
  const writer = new StateFileWriter({ folder: path, name: 'task-0', inlineThresholdBytes });
  const first = writer.operator('aa', 'sum');
  for (let i = 0; i < 4; i++) await first.keyGroup(i % 2, portion(i, portionBytes));
  await first.keyedFormat(bytesOf('{"format":1}'));
  await first.operatorState('offsets', 'SPLIT', [bytesOf('a'), bytesOf('b')]);
  writer.operator('bb', 'map');
  await writer.operator('cc', 'sink').operatorState('files', 'UNION', []);
  return writer.finish();
}

async function portionsOf(reader: StateFileReader, wanted: (group: number) => boolean): Promise<[number, number][]> {
  const restore = await reader.keyed('aa', wanted);
  const found: [number, number][] = [];
  for await (const { group, bytes } of restore?.portions() ?? []) found.push([group, bytes[0] ?? -1]);
  return found;
}

function metadataOf(state: SubtaskState): CheckpointMetadata {
  return {
    checkpointId: 3,
    savepoint: false,
    jobId: 'f'.repeat(32),
    jobName: 'test',
    triggeredMs: 1,
    writtenBy: '1',
    tasks: [
      {
        vertexId: 'v',
        parallelism: 1,
        maxParallelism: 128,
        operators: [{ operatorId: 'aa', name: 'sum' }],
        subtasks: [{ subtask: 0, finished: false, state }],
      },
    ],
  };
}

for (const [what, size] of [
  ['in the metadata', 10],
  ['in a file', 700_000],
] as const) {
  test(`state that lies ${what} comes back as it was`, async (t) => {
    const path = await folder();
    const state = await writeState(path, size);
    t.is(state.location.kind, size === 10 ? 'inline' : 'file');
    t.deepEqual(state.operators, [
      { operatorId: 'aa', name: 'sum', keyed: true, modes: ['SPLIT'] },
      { operatorId: 'cc', name: 'sink', keyed: false, modes: ['UNION'] },
    ]);
    const reader = await StateFileReader.open(path, state);
    t.deepEqual(await portionsOf(reader, () => true), [
      [0, 0],
      [1, 1],
      [0, 2],
      [1, 3],
    ]);
    t.deepEqual(await portionsOf(reader, (group) => group === 1), [
      [1, 1],
      [1, 3],
    ]);
    const restore = await reader.keyed('aa', () => true);
    t.is(Buffer.from(restore?.description ?? []).toString(), '{"format":1}');
    const lists = await reader.lists('aa');
    t.deepEqual(
      lists.get('offsets')?.items.map((item) => Buffer.from(item).toString()),
      ['a', 'b'],
    );
    t.is(lists.get('offsets')?.mode, 'SPLIT');
    t.deepEqual((await reader.lists('cc')).get('files'), { mode: 'UNION', items: [] });
    t.is(await reader.keyed('bb', () => true), undefined);
  });
}

test('without state nothing is written', async (t) => {
  const path = await folder();
  const writer = new StateFileWriter({ folder: path, name: 'task-0', inlineThresholdBytes: 0 });
  writer.operator('aa', 'map');
  t.deepEqual(await writer.finish(), { operators: [], location: { kind: 'none' }, sizeBytes: 0 });
  t.deepEqual(await readdir(path), []);
});

test('metadata is written once, and read by folder, file or address', async (t) => {
  const path = checkpointFolder(await folder(), 3);
  const metadata = metadataOf(await writeState(path, 700_000));
  await writeMetadata(path, metadata);
  for (const form of [path, `${path}/`, join(path, '_metadata'), `file:${path}`, `file://${path}`]) {
    t.deepEqual((await readMetadata(form)).metadata, metadata);
  }
  await requireFiles(path, metadata);
  await t.throwsAsync(writeMetadata(path, metadata), { message: /already/ });
});

test('metadata that is missing, cut, changed or of a later version is told', async (t) => {
  const path = await folder();
  await t.throwsAsync(readMetadata(path), { code: 'CHECKPOINT_NOT_FOUND' });
  await writeMetadata(path, metadataOf(await writeState(path, 10)));
  const file = join(path, '_metadata');
  const whole = await readFile(file);
  const spoil = async (content: Buffer, code: string, message: RegExp): Promise<void> => {
    await writeFile(file, content);
    const error = await t.throwsAsync(readMetadata(path), { code });
    t.regex(error.message, message);
    t.true(error.message.includes(file));
  };
  for (const cut of [0, 5, 40, whole.length - 1]) await spoil(whole.subarray(0, cut), 'CHECKPOINT_CORRUPT', /damaged/);
  for (const at of [0, 60, whole.length - 3]) {
    const flipped = Buffer.from(whole);
    flipped[at] ^= 1;
    await spoil(flipped, 'CHECKPOINT_CORRUPT', /damaged/);
  }
  await spoil(Buffer.from(whole.toString().replace('checkpoint 1', 'checkpoint 2')), 'CHECKPOINT_VERSION', /version 2/);
});

test('a state file that is missing, cut or changed at any place is told', async (t) => {
  const path = await folder();
  const state = await writeState(path, 30_000);
  const metadata = metadataOf(state);
  const file = join(path, 'task-0');
  const whole = await readFile(file);
  const read = async (): Promise<void> => {
    const reader = await StateFileReader.open(path, state);
    await portionsOf(reader, () => true);
    await reader.lists('aa');
    await reader.lists('cc');
  };
  await read();
  for (let at = 8; at < whole.length; at += 997) {
    const flipped = Buffer.from(whole);
    flipped[at] ^= 4;
    await writeFile(file, flipped);
    const error = await t.throwsAsync(read(), { code: 'CHECKPOINT_CORRUPT' });
    t.true(error.message.includes(file));
  }
  await writeFile(file, whole);
  await truncate(file, whole.length - 1);
  await t.throwsAsync(requireFiles(path, metadata), { code: 'CHECKPOINT_CORRUPT', message: /bytes instead of/ });
  await t.throwsAsync(read(), { code: 'CHECKPOINT_CORRUPT' });
  await rm(file);
  await t.throwsAsync(requireFiles(path, metadata), { code: 'CHECKPOINT_CORRUPT', message: /task-0 .*missing/ });
  await t.throwsAsync(read(), { code: 'CHECKPOINT_CORRUPT', message: /missing/ });
});

test('a state that cannot be written says where', async (t) => {
  const path = join(await folder(), 'a-file');
  await writeFile(path, 'in the way');
  await t.throwsAsync(writeState(path, 700_000), { message: /a-file/ });
});

test('an abandoned state leaves no file', async (t) => {
  const path = await folder();
  const writer = new StateFileWriter({ folder: path, name: 'task-0', inlineThresholdBytes: 0 });
  for (let i = 0; i < 20; i++) await writer.operator(`${i}`, 'x').keyGroup(i, portion(i, 100_000));
  await writer.abort();
  t.deepEqual(await readdir(path), []);
});

test('disposal deletes checkpoints only', async (t) => {
  const directory = await folder();
  const savepoint = await newSavepointFolder(directory, 'abcdef0123456789');
  t.regex(savepoint, /\/savepoint-abcdef-[0-9a-f]{12}$/);
  await t.throwsAsync(disposeCheckpoint(savepoint), { code: 'CHECKPOINT_NOT_FOUND' });
  await writeMetadata(savepoint, metadataOf(await writeState(savepoint, 700_000)));
  await disposeCheckpoint(join(savepoint, '_metadata'));
  t.deepEqual(await readdir(directory), []);
});

test('the checkpoints of a job are found by their folders', async (t) => {
  const job = await folder();
  t.deepEqual(await checkpointIdsIn(join(job, 'missing')), []);
  for (const id of [10, 9, 2]) await writeState(checkpointFolder(job, id), 700_000);
  t.deepEqual(await checkpointIdsIn(job), [2, 9, 10]);
});
