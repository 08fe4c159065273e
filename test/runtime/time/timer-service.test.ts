import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { OperatorStates } from '../../../runtime/state/index.js';
import { TimerService, type Timer } from '../../../runtime/time/index.js';
import { snapshotInMemory } from '../state/snapshot-in-memory.js';

class Fixture {
  readonly clock = new ManualClock(1000);
  readonly fired: string[] = [];
  onFire: (timer: Timer) => void = () => undefined;
  readonly states = new OperatorStates(
    { operatorId: 'b'.repeat(32), operatorName: 'timers' },
    { maxParallelism: 128, keyGroups: { start: 0, end: 127 } },
    this.clock,
  );
  readonly timers = new TimerService(this.states.keyed(), this.clock, {
    onEventTime: (timer) => this.note('event', timer),
    onProcessingTime: (timer) => this.note('processing', timer),
  });

  at(key: unknown): TimerService {
    this.states.keyed().setCurrentKey(key);
    return this.timers;
  }

  private note(domain: string, timer: Timer): void {
    this.fired.push(
      `${domain} ${String(this.states.keyed().currentKey)} ${timer.timestampMs} ${timer.namespace}`.trim(),
    );
    this.onFire(timer);
  }
}

test('timers fire in the order of time, once per key, namespace and moment', (t) => {
  const f = new Fixture();
  f.at('a').registerEventTimeTimer(20);
  f.at('b').registerEventTimeTimer(10);
  f.at('b').registerEventTimeTimer(10);
  f.at('b').registerEventTimeTimer(10, 7);
  f.at('a').registerEventTimeTimer(30);
  t.is(f.timers.numEventTimeTimers, 4);
  f.timers.advanceWatermark(20);
  t.deepEqual(f.fired, ['event b 10', 'event b 10 7', 'event a 20']);
  t.is(f.timers.currentWatermark, 20);
  f.timers.advanceWatermark(29);
  t.is(f.fired.length, 3);
});

test('deleting is exact', (t) => {
  const f = new Fixture();
  f.at('a').registerEventTimeTimer(10);
  f.at('b').registerEventTimeTimer(10);
  f.at('c').registerEventTimeTimer(10);
  f.at('b').deleteEventTimeTimer(10);
  f.at('a').deleteEventTimeTimer(11);
  f.at('a').deleteProcessingTimeTimer(10);
  f.timers.advanceWatermark(100);
  t.deepEqual(f.fired, ['event a 10', 'event c 10']);
  t.is(f.timers.numEventTimeTimers, 0);
});

test('a timer registered while timers fire, for a time that has passed, fires too', (t) => {
  const f = new Fixture();
  f.onFire = ({ timestampMs }) => {
    if (timestampMs < 3) f.timers.registerEventTimeTimer(timestampMs + 1);
  };
  f.at('a').registerEventTimeTimer(1);
  f.timers.advanceWatermark(50);
  t.deepEqual(f.fired, ['event a 1', 'event a 2', 'event a 3']);
});

test('one that registers itself again for now does not hold the thread', (t) => {
  const f = new Fixture();
  f.onFire = () => f.timers.registerProcessingTimeTimer(1000);
  f.at('a').registerProcessingTimeTimer(1000);
  f.timers.fire(1000);
  t.is(f.fired.length, 1);
  t.is(f.timers.nextMs, 1000);
});

test('timers are part of the snapshot, and past ones fire after the restore', async (t) => {
  const f = new Fixture();
  f.at('a').registerEventTimeTimer(10);
  f.at('b').registerEventTimeTimer(10);
  f.at('b').registerProcessingTimeTimer(500);
  const snapshot = f.states.snapshot(1);
  f.timers.advanceWatermark(10);
  f.timers.fire(1000);
  const to = new Fixture();
  await to.states.restore(await snapshotInMemory(f.states, snapshot));
  t.is(to.timers.nextMs, 500);
  to.timers.fire(1000);
  to.timers.advanceWatermark(10);
  t.deepEqual(to.fired.sort(), ['event a 10', 'event b 10', 'processing b 500']);
});

test('without a key there is no timer', (t) => {
  t.throws(() => new Fixture().timers.registerEventTimeTimer(1), { code: 'STATE_NO_KEY' });
});

test('timers that are put off again and again do not pile up', (t) => {
  const f = new Fixture();
  f.at('a').registerEventTimeTimer(0);
  for (let ms = 1; ms < 100_000; ms++) {
    f.timers.deleteEventTimeTimer(ms - 1);
    f.timers.registerEventTimeTimer(ms);
  }
  t.is(f.timers.numEventTimeTimers, 1);
  f.timers.advanceWatermark(200_000);
  t.deepEqual(f.fired, ['event a 99999']);
});
