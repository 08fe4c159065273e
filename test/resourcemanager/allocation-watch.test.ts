/** The Fair scheduler's file is looked at every ten seconds; a bad one changes nothing and is told once. */
import test from 'ava';
import { watchAllocations } from '../../resourcemanager/config/allocation-watch.js';
import type { PolicyFiles } from '../../resourcemanager/scheduler/index.js';
import { ManualClock } from '../../runtime/common/clock.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { capacityFiles, fairFiles, newScheduler } from './scheduler/policy-fixtures.js';

const queues = (...names: string[]): PolicyFiles =>
  fairFiles(`<allocations>${names.map((name) => `<queue name="${name}"/>`).join('')}</allocations>`);

function hearing() {
  const heard: string[] = [];
  const note = (level: string) => () => void heard.push(level);
  return { heard, log: { info: note('info'), warn: note('warn') } as unknown as Logger };
}

test('what has changed is in force after ten seconds, whole or not at all', (t) => {
  const clock = new ManualClock();
  const { heard, log } = hearing();
  let files = queues('a');
  const scheduler = newScheduler('fair', files);
  const has = (queue: string): boolean => scheduler.queues.includes(`root.${queue}`);
  const stop = watchAllocations(clock, log, scheduler, () => files);
  files = queues('a', 'b');
  clock.advance(9999);
  t.false(has('b'));
  clock.advance(1);
  t.true(has('b'));
  clock.advance(60_000);
  t.deepEqual(heard, ['info'], 'only what changes is read');
  files = fairFiles('<allocations><queue name="c"/><queue name="d"><weight>-1</weight></queue></allocations>');
  clock.advance(30_000);
  t.deepEqual(heard, ['info', 'warn']);
  t.true(has('b'));
  t.false(has('c'));
  files = queues('a', 'e');
  clock.advance(10_000);
  t.true(has('e'));
  stop();
  files = queues('a', 'f');
  clock.advance(60_000);
  t.false(has('f'));
});

test('the other schedulers wait for weft rmadmin -refreshQueues', (t) => {
  const clock = new ManualClock();
  const two = { 'root.queues': 'a,b', 'root.a.capacity': '50', 'root.b.capacity': '50' };
  const scheduler = newScheduler('capacity', capacityFiles({ 'root.queues': 'a', 'root.a.capacity': '100' }));
  watchAllocations(clock, hearing().log, scheduler, () => capacityFiles(two));
  clock.advance(60_000);
  t.deepEqual(scheduler.queues, ['root.a']);
});
