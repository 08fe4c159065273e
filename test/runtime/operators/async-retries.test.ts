/** What async operators try again, until when, and what ends it. */
import test from 'ava';
import { AsyncRetryStrategies, RetryPredicates } from '../../../runtime/api/index.js';
import type { AsyncRetryStrategy } from '../../../runtime/functions/index.js';
import { Questions } from './async-questions.js';

const fixed = (retries: number, delayMs: number): AsyncRetryStrategy<unknown> =>
  AsyncRetryStrategies.fixedDelay(retries, delayMs)
    .ifException(RetryPredicates.HAS_EXCEPTION)
    .ifResult(RetryPredicates.EMPTY_RESULT);

test('failures are tried again as the strategy says, then fail the task', (t) => {
  const retry: AsyncRetryStrategy<unknown> = {
    maxRetries: 2,
    delayMs: (n) => n * 10,
    retryOnException: (error) => (error as Error).message === 'flaky',
    retryOnResult: (results) => results.length === 0,
  };
  const questions = new Questions({ retry });
  questions.harness.feed('a');
  questions.asked[0]?.future.completeExceptionally(new Error('flaky'));
  t.is(questions.asked.length, 1);
  questions.clock.advance(10);
  t.is(questions.asked.length, 2);
  questions.answer(1);
  questions.clock.advance(20);
  t.is(questions.asked.length, 3);
  // The retries are used up: an empty result counts.
  t.deepEqual(questions.answer(2).pump(), []);
  t.true(questions.harness.settled);

  const failing = new Questions({ retry });
  failing.harness.feed('a');
  failing.asked[0]?.future.completeExceptionally(new Error('broken'));
  t.regex(failing.harness.task.failure?.message ?? '', /asyncWait 1 .*broken/);
});

test('a fixed delay: the same pause before each retry, counted from the answer', (t) => {
  const questions = new Questions({ retry: fixed(3, 10) });
  questions.harness.feed('a');
  for (const n of [0, 1, 2]) {
    questions.clock.advance(100);
    questions.fail(n, 'flaky');
    questions.clock.advance(9);
    t.is(questions.asked.length, n + 1);
    questions.clock.advance(1);
    t.is(questions.asked.length, n + 2);
  }
  questions.fail(3, 'once too often');
  t.regex(questions.failure, /asyncWait 1 .*once too often/);
});

test('exponential backoff: each pause is longer, up to the longest', (t) => {
  const retry = AsyncRetryStrategies.exponentialBackoff(4, 10, 50, 2).ifResult(RetryPredicates.EMPTY_RESULT);
  const questions = new Questions({ retry });
  questions.harness.feed('a');
  for (const [n, pauseMs] of [10, 20, 40, 50].entries()) {
    questions.answer(n);
    questions.clock.advance(pauseMs - 1);
    t.is(questions.asked.length, n + 1);
    questions.clock.advance(1);
    t.is(questions.asked.length, n + 2);
  }
  t.throws(() => AsyncRetryStrategies.exponentialBackoff(4, 10, 50, NaN), { code: 'API_BAD_ARGUMENT' });
});

test('only what a predicate names is tried again', (t) => {
  const flaky = AsyncRetryStrategies.fixedDelay(5, 10).ifException((error) => (error as Error).message === 'flaky');
  const questions = new Questions({ retry: flaky });
  questions.harness.feed('a');
  t.deepEqual(questions.answer(0).pump(), [], 'an empty result counts');
  t.true(questions.harness.settled);
  questions.harness.feed('b');
  questions.fail(1, 'broken');
  t.regex(questions.failure, /broken/);
});

test('a predicate that throws fails the operator, also when the answer is a promise', async (t) => {
  const retry = AsyncRetryStrategies.fixedDelay(5, 10).ifResult(() => {
    throw new RangeError('bad predicate');
  });
  const questions = new Questions({ retry, invoke: () => Promise.resolve([]) });
  questions.harness.feed('a');
  await Promise.resolve();
  t.regex(questions.failure, /asyncWait 1 .*RangeError: bad predicate/);
});

test('the time is that of a record with all its retries', (t) => {
  const questions = new Questions({
    retry: fixed(100, 30),
    timeoutMs: 100,
    timeout: (_, out) => out.complete(['late']),
  });
  questions.harness.feed('a');
  for (let n = 0; n < 4; n++) {
    questions.fail(n, 'flaky');
    questions.clock.advance(30);
  }
  t.is(questions.asked.length, 4, 'asked at 0, 30, 60 and 90');
  t.deepEqual(questions.pump(), ['late']);
  questions.clock.advance(1000);
  t.is(questions.asked.length, 4, 'the pause is over');
});

test('an attempt that outlives the time starts no retry; a result of it counts if it is the first', (t) => {
  const timedOut: ((results: unknown[]) => void)[] = [];
  const timeout = (_: unknown, future: { complete(results: unknown[]): void }): void =>
    void timedOut.push((results) => future.complete(results));
  const questions = new Questions({ retry: fixed(5, 10), timeoutMs: 100, timeout });
  questions.harness.feed('a', 'b');
  questions.clock.advance(100);
  questions.fail(0, 'flaky').answer(1, 'B');
  questions.clock.advance(1000);
  t.deepEqual(questions.values, ['a', 'b'], 'nothing is asked again');
  t.false(questions.failure.includes('flaky'));
  // What the handler answers is final, whatever the strategy thinks of it.
  timedOut[0]?.([]);
  timedOut[1]?.(['too late']);
  questions.clock.advance(1000);
  t.deepEqual(questions.pump(), ['B']);
  t.deepEqual(questions.values, ['a', 'b']);
  t.true(questions.harness.settled);
});

test('the handler of a timeout may answer with a promise; its failure is final', async (t) => {
  const answering = new Questions({ timeoutMs: 100, timeout: (value) => Promise.resolve([`no ${String(value)}`]) });
  answering.harness.feed('a');
  answering.clock.advance(100);
  await Promise.resolve();
  t.deepEqual(answering.pump(), ['no a']);
  const failing = new Questions({
    retry: fixed(5, 10),
    timeoutMs: 100,
    timeout: () => Promise.reject(new Error('no answer')),
  });
  failing.harness.feed('a');
  failing.clock.advance(100);
  await new Promise(setImmediate);
  t.regex(failing.failure, /asyncWait 1 .*no answer/);
});

test('at the end of the input a waiting retry fires at once, and there is none after it', async (t) => {
  const questions = new Questions({ retry: fixed(5, 60_000) });
  questions.harness.feed('waits', 'is under way');
  questions.answer(0);
  const settled = questions.harness.chain.allSettled();
  t.deepEqual(questions.values, ['waits', 'is under way', 'waits'], 'before its pause was over');
  questions.answer(2).answer(1);
  await settled;
  questions.clock.advance(60_000);
  t.is(questions.asked.length, 3);
  t.is(questions.failure, '');

  const failing = new Questions({ retry: fixed(5, 60_000) });
  failing.harness.feed('a');
  failing.fail(0, 'flaky');
  const over = failing.harness.chain.allSettled();
  failing.fail(1, 'flaky');
  await over;
  t.regex(failing.failure, /flaky/);
});

test('watermarks wait for retries before them, and results behind them wait for the watermarks', (t) => {
  for (const ordered of [true, false]) {
    const questions = new Questions({ ordered, retry: fixed(5, 10) });
    questions.harness.feed('a');
    questions.harness.chain.headOperator.time.onWatermark(5);
    questions.harness.feed('b', 'c');
    questions.answer(2, 'C').fail(0, 'flaky');
    t.deepEqual(questions.pump(), []);
    questions.clock.advance(10);
    questions.answer(3, 'A');
    t.deepEqual(questions.pump(), ordered ? ['A'] : ['A', 'C']);
    t.deepEqual(questions.harness.said, ['watermark 5']);
    t.deepEqual(questions.answer(1, 'B').pump(), ordered ? ['A', 'B', 'C'] : ['A', 'C', 'B']);
  }
});

test('a record that waits for a retry holds its place', (t) => {
  const questions = new Questions({ ordered: false, capacity: 2, retry: fixed(5, 10) });
  questions.harness.feed('a', 'b');
  questions.fail(0, 'flaky');
  t.false(questions.harness.settled);
  questions.answer(1, 'B').pump();
  t.true(questions.harness.settled);
  questions.harness.feed('c');
  t.false(questions.harness.settled);
});
