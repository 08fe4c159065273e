import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { TextFileSink } from '../../../runtime/connectors/index.js';
import { WriteMode } from '../../../runtime/functions/index.js';
import { eventually } from '../taskmanager/job-harness.js';
import { KeptStates } from './kept-states.js';

const folder = mkdtempSync(join(tmpdir(), 'weft-sinks-'));
test.after.always(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Setup {
  subtask?: number;
  parallelism?: number;
  clock?: ManualClock;
  states?: KeptStates;
  writeMode?: WriteMode;
  ownSinceMs?: number;
  wake?: () => void;
  onFailure?: (error: Error) => void;
}

async function open(path: string, setup: Setup = {}): Promise<TextFileSink> {
  const { subtask = 0, parallelism = 1, writeMode = WriteMode.NO_OVERWRITE, ownSinceMs = Infinity } = setup;
  const { clock = new ManualClock(), states = new KeptStates(), wake = () => undefined } = setup;
  const output = { path, writeMode, format: String, rowDelimiter: '\n' };
  const onFailure =
    setup.onFailure ??
    ((error: Error): void => {
      throw error;
    });
  const sink = new TextFileSink(output, { subtask, parallelism }, { clock, states, ownSinceMs, onFailure, wake });
  await sink.open();
  return sink;
}

async function written(path: string, records: readonly string[], setup: Setup = {}): Promise<void> {
  const sink = await open(path, setup);
  for (const record of records) sink.write(record);
  await sink.close();
}

const { OVERWRITE } = WriteMode;

test('parallelism 1 writes a file, in folders that it makes; another run replaces it only where it may', async (t) => {
  const path = join(folder, 'a', 'b', 'out.txt');
  await written(path, ['one', 'zwei', 'a longer run']);
  const refused = { code: 'SINK_FILE_EXISTS', message: /out\.txt is there already/ };
  await t.throwsAsync(open(path), refused);
  t.is(readFileSync(path, 'utf8'), 'one\nzwei\na longer run\n');
  await written(path, ['again'], { writeMode: OVERWRITE });
  t.is(readFileSync(path, 'utf8'), 'again\n');
});

test('an attempt that starts from the beginning replaces what the job wrote before, and nothing else', async (t) => {
  const path = join(folder, 'attempts.txt');
  await written(path, ['first attempt']);
  utimesSync(path, 2000, 2000);
  await t.throwsAsync(open(path, { ownSinceMs: 2_000_001 }), { code: 'SINK_FILE_EXISTS' });
  await written(path, ['second attempt'], { ownSinceMs: 2_000_000 });
  t.is(readFileSync(path, 'utf8'), 'second attempt\n');
});

test('parallelism n writes a folder of files 1..n, without left-overs of a wider run', async (t) => {
  const path = join(folder, 'parallel');
  mkdirSync(path);
  for (const name of ['3', '7', 'notes']) writeFileSync(join(path, name), 'old');
  for (const subtask of [0, 1]) {
    await written(path, [`from ${subtask}`], { subtask, parallelism: 2, writeMode: OVERWRITE });
  }
  t.deepEqual(readdirSync(path).sort(), ['1', '2', 'notes']);
  t.is(readFileSync(join(path, '2'), 'utf8'), 'from 1\n');
});

test('a folder may be there already, but not the files of the subtasks', async (t) => {
  const path = join(folder, 'there');
  mkdirSync(path);
  writeFileSync(join(path, '7'), 'mine');
  await written(path, ['x'], { subtask: 1, parallelism: 2 });
  await t.throwsAsync(open(path, { subtask: 1, parallelism: 2 }), { code: 'SINK_FILE_EXISTS', message: /there\/2/ });
  await t.throwsAsync(open(path), { code: 'SINK_FILE_EXISTS' });
  await t.throwsAsync(open(join(path, '7'), { parallelism: 2 }), { code: 'SINK_FILE_EXISTS' });
  t.deepEqual(readdirSync(path).sort(), ['2', '7']);
});

test('output of the other form is replaced: a file by a folder and a folder of outputs by a file', async (t) => {
  const path = join(folder, 'changing');
  await written(path, [], { writeMode: OVERWRITE });
  for (const subtask of [1, 0]) await written(path, [], { subtask, parallelism: 2, writeMode: OVERWRITE });
  t.deepEqual(readdirSync(path).sort(), ['1', '2']);
  await written(path, [], { writeMode: OVERWRITE });
  t.is(readFileSync(path, 'utf8'), '');
});

test('a line is in the file 100 ms later, without a close', async (t) => {
  const path = join(folder, 'late.txt');
  const clock = new ManualClock();
  const sink = await open(path, { clock });
  sink.write('x');
  clock.advance(99);
  t.is(readFileSync(path, 'utf8'), '');
  clock.advance(1);
  await eventually(() => readFileSync(path, 'utf8') === 'x\n');
  await sink.close();
  t.is(readFileSync(path, 'utf8'), 'x\n');
});

test('the sink is busy while a full buffer waits for the disk, and says when it is not', async (t) => {
  const path = join(folder, 'busy.txt');
  let wakes = 0;
  const sink = await open(path, { wake: () => wakes++ });
  const long = 'y'.repeat(70_000);
  sink.write(long);
  t.false(sink.busy);
  sink.write(long);
  t.true(sink.busy);
  await eventually(() => wakes === 1);
  await sink.idle();
  t.is(readFileSync(path, 'utf8'), `${long}\n${long}\n`);
  await sink.close();
});

test('a target that cannot be written is a named error', async (t) => {
  const target = join(folder, 'is-a-folder');
  mkdirSync(target);
  writeFileSync(join(target, 'notes.txt'), 'mine');
  const refused = { code: 'SINK_FILE_FAILED', message: /is-a-folder.*it is a folder/ };
  await t.throwsAsync(open(target, { writeMode: OVERWRITE }), refused);
  writeFileSync(join(folder, 'file'), '');
  const below = join(folder, 'file', 'below.txt');
  const error = await t.throwsAsync(open(below), { code: 'SINK_FILE_FAILED' });
  t.true(error.message.includes(below));
  t.false(existsSync(below));
  if (existsSync('/proc/self')) await t.throwsAsync(open('/proc/nothing/out.txt'), { code: 'SINK_FILE_FAILED' });
});

test('a restored file is cut to its length at the snapshot, whatever was written behind it', async (t) => {
  const path = join(folder, 'restored', 'out.txt');
  const states = new KeptStates();
  const sink = await open(path, { states });
  sink.write('counted');
  await sink.idle();
  sink.write('waiting');
  const kept = states.snapshot();
  sink.write('not counted');
  await sink.close();
  await written(path, ['and on'], { states: new KeptStates(kept) });
  t.is(readFileSync(path, 'utf8'), 'counted\nwaiting\nand on\n');
  writeFileSync(path, 'short');
  const refused = { code: 'SINK_FILE_FAILED', message: /5 bytes, but is to have 8/ };
  await t.throwsAsync(open(path, { states: new KeptStates(kept) }), refused);
});

test('files of subtasks that are no more are cut too, and stay', async (t) => {
  const path = join(folder, 'rescaled');
  const files: unknown[] = [];
  for (const subtask of [0, 1, 2]) {
    const states = new KeptStates();
    const sink = await open(path, { subtask, parallelism: 3, states });
    sink.write(`counted ${subtask}`);
    files.push(...(states.snapshot().get('files') ?? []));
    sink.write('not counted');
    await sink.close();
  }
  const restored = (): KeptStates => new KeptStates(new Map([['files', files]]));
  for (const subtask of [0, 1]) await written(path, ['more'], { subtask, parallelism: 2, states: restored() });
  t.deepEqual(
    ['1', '2', '3'].map((name) => readFileSync(join(path, name), 'utf8')),
    ['counted 0\nmore\n', 'counted 1\nmore\n', 'counted 2\n'],
  );
});

/** One run of all subtasks, each of which writes a line; and one behind the checkpoint, which does not count. */
async function runOf(path: string, parallelism: number, before: unknown[], line: string): Promise<unknown[]> {
  const files: unknown[] = [];
  for (let subtask = 0; subtask < parallelism; subtask++) {
    const states = before.length === 0 ? new KeptStates() : new KeptStates(new Map([['files', before]]));
    const sink = await open(path, { subtask, parallelism, states });
    sink.write(`${line} ${subtask}`);
    files.push(...(states.snapshot().get('files') ?? []));
    sink.write('not counted');
    await sink.close();
  }
  return files;
}

function linesIn(...paths: string[]): string[] {
  return paths.flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(0, -1));
}

test('what began as a file goes on with files beside it, to any parallelism and back', async (t) => {
  const path = join(folder, 'single');
  let files = await runOf(path, 1, [], 'one');
  files = await runOf(path, 3, files, 'three');
  files = await runOf(path, 1, files, 'again one');
  files = await runOf(path, 3, files, 'again three');
  await written(path, ['end'], { states: new KeptStates(new Map([['files', files]])) });
  t.deepEqual(linesIn(path), ['one 0', 'three 0', 'again one 0', 'again three 0', 'end']);
  t.deepEqual(linesIn(`${path}.2`, `${path}.3`), ['three 1', 'again three 1', 'three 2', 'again three 2']);
});

test('what began as a folder stays one with a parallelism of 1', async (t) => {
  const path = join(folder, 'several');
  let files = await runOf(path, 2, [], 'two');
  files = await runOf(path, 1, files, 'one');
  files = await runOf(path, 2, files, 'again two');
  await written(path, ['end'], { states: new KeptStates(new Map([['files', files]])) });
  t.deepEqual(linesIn(join(path, '1')), ['two 0', 'one 0', 'again two 0', 'end']);
  t.deepEqual(linesIn(join(path, '2')), ['two 1', 'again two 1']);
  // Another path than then: nothing is known of it.
  await written(`${path}-new`, ['x'], { states: new KeptStates(new Map([['files', files]])) });
  t.deepEqual(linesIn(`${path}-new`), ['x']);
});
