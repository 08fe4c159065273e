import test from 'ava';
import { LivenessMonitor } from '../../../runtime/common/liveness.js';

test('who is silent past the timeout is taken out once, oldest first', (t) => {
  const monitor = new LivenessMonitor<string>(1000, 100);
  monitor.heard('a', 0);
  monitor.heard('b', 50);
  monitor.heard('c', 900);
  for (let nowMs = 100; nowMs <= 1000; nowMs += 100) t.deepEqual(monitor.takeExpired(nowMs), []);
  t.deepEqual(monitor.takeExpired(1100), ['a', 'b']);
  monitor.forget('c');
  t.deepEqual(monitor.takeExpired(1200), []);
});

test('time in which nobody looked is nobody’s silence', (t) => {
  const monitor = new LivenessMonitor<string>(1000, 100);
  monitor.heard('a', 0);
  monitor.takeExpired(0);
  monitor.takeExpired(100);
  // The process was stopped for ten seconds; what a said meanwhile is read after the first look.
  t.deepEqual(monitor.takeExpired(10_100), []);
  monitor.heard('a', 10_150);
  for (let nowMs = 10_200; nowMs <= 11_100; nowMs += 100) t.deepEqual(monitor.takeExpired(nowMs), []);
  t.deepEqual(monitor.takeExpired(11_200), ['a']);
});

test('who is heard of before the first look after such a pause has no more time than others', (t) => {
  const monitor = new LivenessMonitor<string>(1000, 100);
  monitor.takeExpired(0);
  monitor.heard('a', 10_000);
  for (let nowMs = 10_100; nowMs <= 11_000; nowMs += 100) t.deepEqual(monitor.takeExpired(nowMs), []);
  t.deepEqual(monitor.takeExpired(11_100), ['a']);
});
