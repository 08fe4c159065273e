import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { TurnPage } from '../../../runtime/taskmanager/slot/turn-page.js';
import { TurnWatch, type Block } from '../../../runtime/taskmanager/turn-watch.js';
import { MiniCluster, eventually } from './job-harness.js';

test('a task that keeps its thread is told once each time; one that gives it back in between is not', (t) => {
  const clock = new ManualClock();
  const page = TurnPage.create();
  const told: Block[] = [];
  let awake = false;
  let idleMs = 0;
  const watch = new TurnWatch(
    page,
    clock,
    () => (awake ? idleMs : (idleMs += 1)),
    (blocked) => told.push(blocked),
  );
  const pass = (ms: number): Block | undefined => {
    for (let passed = 0; passed < ms; passed += 250) {
      watch.look();
      clock.advance(250);
    }
    return watch.look();
  };
  t.is(pass(5000), undefined, 'an idle thread');
  for (let n = 0; n < 20; n++) {
    page.enter(1);
    t.is(pass(500), undefined, 'a busy thread');
  }
  page.enter(2);
  t.like(pass(1500), { task: 2 });
  t.like(pass(1500), { task: 2 });
  t.is(told.length, 1);
  page.leave();
  t.is(pass(2000), undefined);
  page.enter(0);
  pass(1500);
  t.deepEqual(
    told.map(({ task }) => task),
    [2, 0],
  );
  page.leave();
  awake = true;
  t.like(pass(1500), { task: undefined, blockedMs: 1500 }, 'code between turns');
  t.is(told.length, 3);
  awake = false;
  t.is(pass(2000), undefined, 'an idle thread again');
});

test('user code that blocks its thread is reported with the heartbeat while it does', async (t) => {
  const cluster = await new MiniCluster({ slots: 1, processMb: 320 }).start();
  t.teardown(() => cluster.close());
  const run = await cluster.run(
    await cluster.compile(`
import { StreamExecutionEnvironment } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromElements(1).addSink({ invoke() { const end = Date.now() + 2000; while (Date.now() < end); } }).name('Slow');
await env.execute('job');`),
  );
  await eventually(() =>
    cluster.heartbeats.some(({ metrics }) => metrics.some(({ blockedMs = 0 }) => blockedMs >= 1000)),
  );
  t.true((await run.end()).every(({ state }) => state === 'FINISHED'));
});
