import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { FeedbackQueues, FeedbackSource } from '../../../runtime/connectors/index.js';
import { ReaderHarness } from './reader-harness.js';

function loop(maxWaitMs: number) {
  const clock = new ManualClock(0);
  const queue = new FeedbackQueues().of(1, 0);
  const harness = new ReaderHarness();
  const reader = new FeedbackSource(queue, maxWaitMs, harness.outlet, clock);
  return { clock, queue, harness, reader };
}

test('what is put in comes out in order, and the reader is woken', (t) => {
  const { queue, harness, reader } = loop(0);
  t.is(reader.nextBatch(10), 'wait');
  for (const n of [1, 2, 3]) queue.push(n);
  t.is(harness.wakes, 1);
  t.is(reader.nextBatch(2), 'more');
  t.is(reader.nextBatch(2), 'wait');
  t.deepEqual(harness.records, [1, 2, 3]);
});

test('the loop ends once nothing has come for the longest wait', (t) => {
  const { clock, queue, reader } = loop(100);
  t.is(reader.nextBatch(10), 'wait');
  clock.advance(99);
  queue.push(1);
  t.is(reader.nextBatch(10), 'wait');
  clock.advance(99);
  t.is(reader.nextBatch(10), 'wait');
  clock.advance(1);
  t.is(reader.nextBatch(10), 'end');
  reader.close();
  queue.push(2);
  t.true(queue.empty);
});

test('without a longest wait it never ends', (t) => {
  const { clock, reader } = loop(0);
  t.is(reader.nextBatch(10), 'wait');
  clock.advance(1_000_000);
  t.is(reader.nextBatch(10), 'wait');
});

test('each loop and subtask has a queue of its own', (t) => {
  const queues = new FeedbackQueues();
  t.is(queues.of(1, 0), queues.of(1, 0));
  t.not(queues.of(1, 0), queues.of(1, 1));
  t.not(queues.of(1, 0), queues.of(2, 0));
});
