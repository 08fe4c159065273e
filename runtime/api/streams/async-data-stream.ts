import type { AsyncFunction, AsyncRetryStrategy } from '../../functions/index.js';
import { apiError } from '../api-error.js';
import { checkInteger, durationMs, type Duration } from '../checks.js';
import { Time, type TimeUnit } from '../environment/time.js';
import type { AsyncInput } from '../functions/inputs.js';
import { anyFunction } from '../functions/user-function.js';
import { DataStream } from './data-stream.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';

const DEFAULT_CAPACITY = 100;

/**
 * Asks the world outside about records, many at a time. The function gives a promise of an array, or calls its future; while
 * `capacity` records are under way the task takes no further one.
 */
export const AsyncDataStream = {
  /**
   * Results leave in the order of their records.
   * @param timeout for a record with all its retries; 0 = none. Then `timeout()` of the function is called, or the job fails
   * @param capacity records under way in each subtask @default 100
   */
  orderedWait<T, R>(
    stream: DataStream<T>,
    fn: AsyncInput<T, R>,
    timeout: Duration,
    unit: TimeUnit = 'MILLISECONDS',
    capacity = DEFAULT_CAPACITY,
  ): SingleOutputStreamOperator<R> {
    return asyncWait(stream, fn, true, inUnit(timeout, unit), capacity);
  },

  /** As `orderedWait`, but results leave as they come. */
  unorderedWait<T, R>(
    stream: DataStream<T>,
    fn: AsyncInput<T, R>,
    timeout: Duration,
    unit: TimeUnit = 'MILLISECONDS',
    capacity = DEFAULT_CAPACITY,
  ): SingleOutputStreamOperator<R> {
    return asyncWait(stream, fn, false, inUnit(timeout, unit), capacity);
  },

  /** As `orderedWait`; records are tried again as the strategy says. */
  orderedWaitWithRetry<T, R>(
    stream: DataStream<T>,
    fn: AsyncInput<T, R>,
    timeout: Duration,
    unit: TimeUnit,
    capacity: number,
    retry: AsyncRetryStrategy<R>,
  ): SingleOutputStreamOperator<R> {
    return asyncWait(stream, fn, true, inUnit(timeout, unit), capacity, retry);
  },

  /** As `unorderedWait`; records are tried again as the strategy says. */
  unorderedWaitWithRetry<T, R>(
    stream: DataStream<T>,
    fn: AsyncInput<T, R>,
    timeout: Duration,
    unit: TimeUnit,
    capacity: number,
    retry: AsyncRetryStrategy<R>,
  ): SingleOutputStreamOperator<R> {
    return asyncWait(stream, fn, false, inUnit(timeout, unit), capacity, retry);
  },
} as const;

function asyncWait<T, R>(
  stream: DataStream<T>,
  fn: AsyncInput<T, R>,
  ordered: boolean,
  timeout: Duration,
  capacity: number,
  retry?: AsyncRetryStrategy<R>,
): SingleOutputStreamOperator<R> {
  if (!(stream instanceof DataStream)) throw apiError('API_BAD_ARGUMENT', 'An async operator was given no stream.');
  return stream.asyncWait({
    type: 'asyncWait',
    fn: anyFunction<AsyncFunction<unknown, unknown>>(ordered ? 'orderedWait' : 'unorderedWait', 'asyncInvoke', fn),
    ordered,
    timeoutMs: durationMs('The timeout of an async operator', timeout),
    capacity: checkInteger('The capacity of an async operator', capacity, 1),
    retry: retry as AsyncRetryStrategy<unknown> | undefined,
  });
}

/** A bare number counts the unit. */
function inUnit(timeout: Duration, unit: TimeUnit): Duration {
  return typeof timeout === 'number' ? Time.of(timeout, unit) : timeout;
}
