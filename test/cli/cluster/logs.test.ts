import test from 'ava';
import { readLogLine } from '../../../cli/cluster/logs/log-line.js';
import { LogReader } from '../../../cli/cluster/logs/log-reader.js';
import { roleOf, shortName } from '../../../cli/cluster/logs/log-source.js';
import { mergeByTime } from '../../../cli/cluster/logs/merge.js';
import { RestartBackoff } from '../../../cli/cluster/restart-backoff.js';

const SOURCE = { nodeUrl: 'http://node', containerId: 'container_1_0001_01_000002', file: 'stderr', sizeBytes: 0 };

function readerOf(text: { content: string }, raw = false): LogReader {
  const bytes = (): Buffer => Buffer.from(text.content);
  const source = { ...SOURCE, sizeBytes: bytes().length };
  return new LogReader(source, raw, (_source, offset, size) =>
    Promise.resolve(bytes().subarray(offset, offset + size)),
  );
}

async function textsOf(reader: LogReader, limitBytes?: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of reader.lines(limitBytes)) texts.push(text);
  return texts;
}

test('files are named by role, attempt and number', (t) => {
  t.is(roleOf({ containerId: 'container_1_0001_01_000001', file: 'stderr' }), 'appmaster');
  t.is(roleOf({ containerId: 'container_1_0001_01_000001', file: 'jobmanager.log' }), 'jobmanager');
  t.is(shortName({ containerId: 'container_e02_1_0001_02_000003', file: 'stdout' }), 'taskmanager 02_000003');
});

test('structured lines are shown for people, others as they are', (t) => {
  const line =
    '{"level":40,"time":"2026-01-02T03:04:05.678Z","pid":7,"role":"taskmanager","slot":2,"msg":"slow","err":{"message":"m","stack":"Error: m\\n    at x"}}';
  t.deepEqual(readLogLine(line, false), {
    timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    text: '2026-01-02T03:04:05.678Z WARN  slow slot=2\nError: m\n    at x',
  });
  t.is(readLogLine(line, true).text, line);
  t.deepEqual(readLogLine('{"word":"count"}', false), { timeMs: undefined, text: '{"word":"count"}' });
  t.deepEqual(readLogLine('{not json', false), { timeMs: undefined, text: '{not json' });
});

test('a file is read on from where it was left; a line waits for its end', async (t) => {
  const file = { content: 'one\ntw' };
  const reader = readerOf(file);
  t.deepEqual(await textsOf(reader), ['one']);
  file.content += 'o\nthr';
  t.deepEqual(await textsOf(reader), ['two']);
  t.deepEqual(
    [...reader.rest()].map(({ text }) => text),
    ['thr'],
  );
});

test('reading stops where it was told to, however much more there is', async (t) => {
  const reader = readerOf({ content: 'one\ntwo\nthree\n' });
  t.deepEqual(await textsOf(reader, 6), ['one']);
  t.deepEqual(await textsOf(reader, 8), ['two']);
});

test('the last lines of a file', async (t) => {
  const content = Array.from({ length: 100_000 }, (_, line) => `line ${line}\n`).join('');
  const tail = async (text: string, lines: number): Promise<string[]> => {
    const reader = readerOf({ content: text });
    await reader.seekToTail(lines);
    return [...(await textsOf(reader)), ...[...reader.rest()].map((line) => line.text)];
  };
  t.deepEqual(await tail(content, 2), ['line 99998', 'line 99999']);
  t.is((await tail(content, 60_000)).at(0), 'line 40000');
  t.deepEqual(await tail('a\nb', 5), ['a', 'b']);
  t.deepEqual(await tail('a\nb\nc', 2), ['b', 'c']);
  t.deepEqual(await tail('', 2), []);
});

test('merging keeps the order of time and of each file', async (t) => {
  async function* sequence(...times: number[]): AsyncGenerator<{ timeMs: number }> {
    for (const timeMs of times) yield await Promise.resolve({ timeMs });
  }
  const merged: number[] = [];
  for await (const { timeMs } of mergeByTime([sequence(1, 4, 4), sequence(), sequence(-Infinity, 2, 9)]))
    merged.push(timeMs);
  t.deepEqual(merged, [-Infinity, 1, 2, 4, 4, 9]);
});

test('a role that dies is started at once, one that keeps dying ever later', (t) => {
  const backoff = new RestartBackoff();
  t.deepEqual(
    [10, 10, 10, 10].map((livedMs) => backoff.pauseAfterDeath(livedMs)),
    [0, 100, 200, 400],
  );
  t.is(backoff.pauseAfterDeath(60_000), 0);
  for (let death = 0; death < 20; death++) backoff.pauseAfterDeath(1);
  t.is(backoff.pauseAfterDeath(1), 10_000);
});

test('a file that was rotated is read to its end in the older one, then from its beginning', async (t) => {
  const files: Record<string, string> = { stderr: 'one\ntwo\n' };
  const reader = new LogReader(SOURCE, false, ({ file }, offset, size) =>
    Promise.resolve(Buffer.from(files[file] ?? '').subarray(offset, offset + size)),
  );
  t.deepEqual(await textsOf(reader), ['one', 'two']);
  files['stderr.1'] = 'one\ntwo\nthree\n';
  files['stderr'] = 'four\n';
  reader.sizedAt(5);
  t.deepEqual(await textsOf(reader), ['three', 'four']);
  reader.sizedAt(5);
  t.deepEqual(await textsOf(reader), []);
});
