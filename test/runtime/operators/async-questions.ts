import { ManualClock } from '../../../runtime/common/clock.js';
import type { AsyncFunction, AsyncRetryStrategy, ResultFuture } from '../../../runtime/functions/index.js';
import { ChainHarness, map } from './chain-harness.js';

interface Options {
  ordered?: boolean;
  capacity?: number;
  timeoutMs?: number;
  retry?: AsyncRetryStrategy<unknown>;
  timeout?: AsyncFunction<unknown, unknown>['timeout'];
  /** Answers instead of the test. */
  invoke?: AsyncFunction<unknown, unknown>['asyncInvoke'];
}

/** An operator whose questions the test answers, and a map behind it. */
export class Questions {
  readonly asked: { value: unknown; future: ResultFuture<unknown> }[] = [];
  readonly harness: ChainHarness;
  room = true;

  constructor({ ordered = true, capacity = 10, timeoutMs = 0, retry, timeout, invoke }: Options = {}) {
    const fn: AsyncFunction<unknown, unknown> = {
      asyncInvoke: invoke ?? ((value, future) => void this.asked.push({ value, future })),
      ...(timeout === undefined ? {} : { timeout }),
    };
    this.harness = new ChainHarness([
      { type: 'asyncWait', fn, ordered, capacity, timeoutMs, retry },
      map((value) => value),
    ]);
  }

  /** Answers the n-th question that was asked. */
  answer(n: number, ...results: unknown[]): this {
    this.asked[n]?.future.complete(results);
    return this;
  }

  /** Lets results leave. @returns all that have left */
  pump(): unknown[] {
    this.harness.chain.pump(() => this.room);
    return this.harness.out;
  }

  fail(n: number, message: string): this {
    this.asked[n]?.future.completeExceptionally(new Error(message));
    return this;
  }

  /** What has been asked about, retries included. */
  get values(): unknown[] {
    return this.asked.map(({ value }) => value);
  }

  get failure(): string {
    return this.harness.task.failure?.message ?? '';
  }

  get clock(): ManualClock {
    const { clock } = this.harness.task;
    if (!(clock instanceof ManualClock)) throw new TypeError('The harness has a clock that is moved by hand.');
    return clock;
  }
}
