import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { PrintSink, TextFileSink } from '../../../runtime/connectors/index.js';
import { KeptStates } from './kept-states.js';

const folder = mkdtempSync(join(tmpdir(), 'weft-sinks-'));
test.after.always(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(
  path: string,
  subtask = 0,
  parallelism = 1,
  clock = new ManualClock(),
  states = new KeptStates(),
): TextFileSink {
  const fail = (error: Error): void => {
    throw error;
  };
  const sink = new TextFileSink(path, String, { subtask, parallelism }, clock, states, fail);
  sink.open();
  return sink;
}

test('parallelism 1 writes a file, in folders that it makes, and replaces what was there', (t) => {
  const path = join(folder, 'a', 'b', 'out.txt');
  for (const records of [['one', 'zwei', 'a longer run'], ['again']]) {
    const sink = open(path);
    for (const record of records) sink.write(record);
    sink.close();
    t.is(readFileSync(path, 'utf8'), records.map((record) => `${record}\n`).join(''));
  }
});

test('parallelism n writes a folder of files 1..n, without left-overs of a wider run', (t) => {
  const path = join(folder, 'parallel');
  mkdirSync(path);
  for (const name of ['3', '7', 'notes']) writeFileSync(join(path, name), 'old');
  const sinks = [0, 1].map((subtask) => open(path, subtask, 2));
  sinks.forEach((sink, subtask) => {
    sink.write(`from ${subtask}`);
    sink.close();
  });
  t.deepEqual(readdirSync(path).sort(), ['1', '2', 'notes']);
  t.is(readFileSync(join(path, '2'), 'utf8'), 'from 1\n');
});

test('output of the other form is replaced: a file by a folder and a folder of outputs by a file', (t) => {
  const path = join(folder, 'changing');
  open(path).close();
  for (const sink of [1, 0].map((subtask) => open(path, subtask, 2))) sink.close();
  t.deepEqual(readdirSync(path).sort(), ['1', '2']);
  open(path).close();
  t.is(readFileSync(path, 'utf8'), '');
});

test('a line is in the file after 100 ms, without a close', (t) => {
  const path = join(folder, 'late.txt');
  const clock = new ManualClock();
  const sink = open(path, 0, 1, clock);
  sink.write('x');
  clock.advance(99);
  t.is(readFileSync(path, 'utf8'), '');
  clock.advance(1);
  t.is(readFileSync(path, 'utf8'), 'x\n');
  sink.close();
});

test('a target that cannot be written is a named error', (t) => {
  const target = join(folder, 'is-a-folder');
  mkdirSync(target);
  writeFileSync(join(target, 'notes.txt'), 'mine');
  t.regex(t.throws(() => open(target), { code: 'SINK_FILE_FAILED' }).message, /is-a-folder.*it is a folder/);
  writeFileSync(join(folder, 'file'), '');
  const below = join(folder, 'file', 'below.txt');
  t.true(t.throws(() => open(below), { code: 'SINK_FILE_FAILED' }).message.includes(below));
  t.false(existsSync(below));
});

test('print has the subtask in front only with a parallelism above 1', (t) => {
  const printed = (prefix: string, subtask: number, parallelism: number): string => {
    let text = '';
    const sink = new PrintSink({ prefix, stderr: false }, { subtask, parallelism }, (_, piece) => (text += piece));
    sink.write('r');
    sink.flush();
    return text;
  };
  t.deepEqual(
    [printed('', 0, 1), printed('', 0, 2), printed('id', 0, 1), printed('id', 1, 2)],
    ['r\n', '1> r\n', 'id> r\n', 'id:2> r\n'],
  );
});

test('print gathers lines until it is flushed', (t) => {
  const writes: string[] = [];
  const sink = new PrintSink({ prefix: '', stderr: true }, { subtask: 0, parallelism: 1 }, (descriptor, text) => {
    writes.push(`${descriptor}:${text}`);
  });
  sink.write({ a: 1 });
  sink.write([1, 'b']);
  t.deepEqual(writes, []);
  sink.flush();
  sink.flush();
  t.deepEqual(writes, ['2:{"a":1}\n[1,"b"]\n']);
});

test('a restored file is cut to its length at the snapshot, whatever was written behind it', (t) => {
  const path = join(folder, 'restored', 'out.txt');
  const states = new KeptStates();
  const sink = open(path, 0, 1, new ManualClock(), states);
  sink.write('counted');
  const kept = states.snapshot();
  sink.write('not counted');
  sink.close();
  const again = open(path, 0, 1, new ManualClock(), new KeptStates(kept));
  again.write('and on');
  again.close();
  t.is(readFileSync(path, 'utf8'), 'counted\nand on\n');
  writeFileSync(path, 'short');
  const error = t.throws(() => open(path, 0, 1, new ManualClock(), new KeptStates(kept)), { code: 'SINK_FILE_FAILED' });
  t.regex(error.message, /5 bytes, but had 8/);
});

test('files of subtasks that are no more are cut too, and stay', (t) => {
  const path = join(folder, 'rescaled');
  const files: unknown[] = [];
  for (const subtask of [0, 1, 2]) {
    const states = new KeptStates();
    const sink = open(path, subtask, 3, new ManualClock(), states);
    sink.write(`counted ${subtask}`);
    files.push(...(states.snapshot().get('files') ?? []));
    sink.write('not counted');
    sink.close();
  }
  for (const subtask of [0, 1]) {
    const sink = open(path, subtask, 2, new ManualClock(), new KeptStates(new Map([['files', files]])));
    sink.write('more');
    sink.close();
  }
  t.deepEqual(
    ['1', '2', '3'].map((name) => readFileSync(join(path, name), 'utf8')),
    ['counted 0\nmore\n', 'counted 1\nmore\n', 'counted 2\n'],
  );
  t.throws(() => open(path, 0, 1, new ManualClock(), new KeptStates(new Map([['files', files]]))), {
    message: /parallelism above 1/,
  });
});
