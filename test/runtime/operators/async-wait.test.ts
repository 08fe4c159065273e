import test from 'ava';
import { Questions } from './async-questions.js';

test('ordered results leave in the order of their records, unordered ones as they come', (t) => {
  const ordered = new Questions();
  ordered.harness.feed('a', 'b', 'c');
  t.deepEqual(ordered.answer(2, 'C').answer(0, 'A', 'A2').pump(), ['A', 'A2']);
  t.deepEqual(ordered.answer(1).pump(), ['A', 'A2', 'C']);
  const unordered = new Questions({ ordered: false });
  unordered.harness.feed('a', 'b', 'c');
  t.deepEqual(unordered.answer(2, 'C').answer(0, 'A').pump().toSorted(), ['A', 'C']);
  t.deepEqual(unordered.answer(1, 'B').pump().length, 3);
});

test('the task waits while as many records are under way as may be', (t) => {
  const questions = new Questions({ capacity: 2 });
  questions.harness.feed('a');
  t.true(questions.harness.settled);
  questions.harness.feed('b');
  t.false(questions.harness.settled);
  // One record of the input may fan out to more: those are asked for later.
  questions.harness.feed('c');
  t.is(questions.asked.length, 2);
  questions.answer(0, 'A').pump();
  t.is(questions.asked.length, 3);
  t.false(questions.harness.settled);
  questions.answer(1, 'B').answer(2, 'C').pump();
  t.true(questions.harness.settled);
});

test('results wait for room behind', (t) => {
  const questions = new Questions();
  questions.harness.feed('a');
  questions.room = false;
  t.deepEqual(questions.answer(0, 'A').pump(), []);
  t.is(questions.harness.settledCalls, 1);
  questions.room = true;
  t.deepEqual(questions.pump(), ['A']);
});

test('at the end of the input everything is waited for', async (t) => {
  const questions = new Questions();
  questions.harness.feed('a', 'b');
  let over = false;
  const settled = questions.harness.chain.allSettled().then(() => (over = true));
  questions.answer(1, 'B');
  await Promise.resolve();
  t.false(over);
  questions.answer(0, 'A');
  await settled;
  t.deepEqual(questions.harness.out, ['A', 'B']);
});

test('without an answer in time the task fails, or timeout() answers', (t) => {
  const failing = new Questions({ timeoutMs: 100 });
  failing.harness.feed('a');
  failing.clock.advance(99);
  t.is(failing.harness.task.failure, undefined);
  failing.clock.advance(1);
  t.is(failing.harness.task.failure?.code, 'TASK_ASYNC_TIMEOUT');
  t.regex(failing.harness.task.failure?.message ?? '', /asyncWait 1 .*within 100 ms/);

  const answering = new Questions({
    timeoutMs: 100,
    timeout: (value, future) => future.complete([`no ${String(value)}`]),
  });
  answering.harness.feed('a');
  answering.clock.advance(100);
  answering.answer(0, 'too late');
  t.deepEqual(answering.pump(), ['no a']);
});

test('only the first answer of a record counts, and it must be iterable', (t) => {
  const questions = new Questions();
  questions.harness.feed('a');
  t.deepEqual(questions.answer(0, 'A').answer(0, 'B').pump(), ['A']);
  questions.asked[0]?.future.completeExceptionally(new Error('late'));
  t.is(questions.harness.task.failure, undefined);
  questions.harness.feed('b');
  questions.asked[1]?.future.complete('text' as never);
  t.is(questions.harness.task.failure?.code, 'TASK_BAD_RESULT');
});

test('results have the event time of their record', (t) => {
  const questions = new Questions();
  const times: number[] = [];
  const { task } = questions.harness;
  for (const timestampMs of [5, 7]) {
    task.timestampMs = timestampMs;
    questions.harness.feed(timestampMs);
  }
  questions.harness.out.push = () => times.push(task.timestampMs);
  questions.answer(0, 'A').answer(1, 'B').pump();
  t.deepEqual(times, [5, 7]);
});
