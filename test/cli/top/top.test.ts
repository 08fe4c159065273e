import test from 'ava';
import { renderTop } from '../../../cli/render/top.js';
import { FIRST_ORDER, neighbour, orderBy, ordered } from '../../../cli/top/columns.js';
import { LiveTop } from '../../../cli/top/live-top.js';
import { INTERRUPT, type ScreenListener } from '../../../cli/top/screen.js';
import type { TopSnapshot } from '../../../cli/top/snapshot.js';
import { ManualClock } from '../../../runtime/common/clock.js';
import { application, snapshotOf } from './facts.js';

const BIG = application(1, { allocatedMB: 2048, allocatedVCores: 1, memorySeconds: 4096, elapsedTime: 3_780_000 });
const SMALL = application(2, { allocatedMB: 512, allocatedVCores: 4, name: 'evil\x1b[2J' });
const idsOf = (text: string): string[] => text.match(/_000\d/g) ?? [];

test('the header tells of the cluster, the rows of what runs; control characters in names do nothing', (t) => {
  const lines = renderTop(snapshotOf([SMALL, BIG]), FIRST_ORDER, {}).split('\n');
  t.regex(lines[0] ?? '', /up 2d, 3:07, 1 active users, sorted by MEM$/);
  t.regex(lines[1] ?? '', /2 total, 1 active, 1 unhealthy, .* 4 lost/);
  t.true(lines.includes('Memory: 6.5G available, 1.5G allocated, 1G pending, 0G reserved'));
  t.regex(lines.at(-2) ?? '', /_0001 +ann +Weft +default +0 +1 +0 +2G +0G +0 +4 +0\.0 +00:01:03 +job 1$/);
  t.regex(lines.at(-1) ?? '', /_0002 .* evil\?\[2J$/);
});

test('rows and columns bound the text; of many queues the busiest are shown', (t) => {
  const text = renderTop(snapshotOf([BIG, SMALL], 9), FIRST_ORDER, { rows: 20, columns: 30 });
  t.true(text.split('\n').length <= 20);
  t.true(text.split('\n').every((line) => line.length <= 30));
  t.deepEqual(text.match(/root\.q\d/g), ['root.q8', 'root.q7', 'root.q6', 'root.q5', 'root.q4', 'root.q3']);
  t.regex(text, /and 3 more/);
});

test('numbers are sorted from the greatest, texts from A; of equals the younger is first', (t) => {
  const by = (name: string): string[] =>
    ordered([SMALL, BIG, application(3)], orderBy(name)).map(({ id }) => id.slice(-1));
  t.deepEqual(by('mem'), ['1', '2', '3']);
  t.deepEqual(by('VCORES'), ['2', '1', '3']);
  t.deepEqual(by('name'), ['2', '1', '3']);
  t.deepEqual(by('%progr'), ['3', '2', '1']);
  t.deepEqual(neighbour(orderBy('name'), 1).column, 'NAME', 'the last');
  t.throws(() => orderBy('colour'), { code: 'CLI_BAD_ARGUMENTS', message: /there is APPLICATIONID, USER/ });
});

interface Live {
  clock: ManualClock;
  shown: string[];
  looks: { resolve: (snapshot: TopSnapshot) => void; reject: (error: Error) => void }[];
  keys: (keys: string) => void;
  ended: Promise<string>;
  isClosed: () => boolean;
}

function live(): Live {
  const clock = new ManualClock();
  const shown: string[] = [];
  const looks: Live['looks'] = [];
  let listener: ScreenListener | undefined;
  let closed = false;
  const top = new LiveTop({
    look: () => new Promise((resolve, reject) => looks.push({ resolve, reject })),
    open(given) {
      listener = given;
      return {
        size: () => ({ rows: 30, columns: 200 }),
        show: (text) => shown.push(text),
        close: () => (closed = true),
      };
    },
    clock,
    delayMs: 3000,
    order: FIRST_ORDER,
    size: {},
  });
  const ended = top.run();
  const keys = (text: string): void => [...text].forEach((key) => listener?.onKey(key));
  return { clock, shown, looks, keys, ended, isClosed: () => closed };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

test('on a terminal it looks again after each delay, sorts by keys at once, and leaves what was seen last', async (t) => {
  const { clock, shown, looks, keys, ended, isClosed } = live();
  looks[0]?.resolve(snapshotOf([BIG, SMALL]));
  await settled();
  t.deepEqual(idsOf(shown[0] ?? ''), ['_0001', '_0002']);
  keys('R');
  t.deepEqual(idsOf(shown[1] ?? ''), ['_0002', '_0001']);
  keys('<<');
  t.regex(shown[3] ?? '', /sorted by VCORES/);
  clock.advance(2999);
  t.is(looks.length, 1);
  clock.advance(1);
  t.is(looks.length, 2);
  keys(' ');
  t.is(looks.length, 2, 'one look at a time');
  looks[1]?.resolve(snapshotOf([SMALL]));
  await settled();
  keys('q');
  const last = await ended;
  t.deepEqual(idsOf(last), ['_0002']);
  t.true(isClosed());
  clock.advance(10_000);
  t.is(looks.length, 2);
});

test('it ends by Ctrl-C while an answer is waited for, and by a failure, with the terminal given back', async (t) => {
  const waiting = live();
  waiting.keys(INTERRUPT);
  t.is(await waiting.ended, '');
  waiting.looks[0]?.resolve(snapshotOf([BIG]));
  await settled();
  t.deepEqual(waiting.shown, []);

  const failing = live();
  failing.looks[0]?.reject(new Error('gone'));
  await t.throwsAsync(failing.ended, { message: 'gone' });
  t.true(failing.isClosed());
});
