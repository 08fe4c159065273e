import type { AsyncRetryStrategy } from '../../functions/index.js';
import { apiError } from '../api-error.js';
import { checkInteger, durationMs, type Duration } from '../checks.js';

/** A strategy that says by predicates what is tried again; without any, nothing is. */
class RetryStrategy<R> implements AsyncRetryStrategy<R> {
  constructor(
    readonly maxRetries: number,
    readonly delayMs: (retry: number) => number,
    private readonly onResult: (results: readonly R[]) => boolean = () => false,
    private readonly onException: (error: unknown) => boolean = () => false,
  ) {}

  /** Tries a record again when its results are like that. */
  ifResult(predicate: (results: readonly R[]) => boolean): RetryStrategy<R> {
    return new RetryStrategy(this.maxRetries, this.delayMs, predicate, this.onException);
  }

  /** Tries a record again when it failed like that. */
  ifException(predicate: (error: unknown) => boolean): RetryStrategy<R> {
    return new RetryStrategy(this.maxRetries, this.delayMs, this.onResult, predicate);
  }

  retryOnResult(results: readonly R[]): boolean {
    return this.onResult(results);
  }

  retryOnException(error: unknown): boolean {
    return this.onException(error);
  }
}

/** When async operators try a record again. Say what is tried again with `ifResult` and `ifException`. */
export const AsyncRetryStrategies = {
  /** A pause of the same length before each of at most so many retries. */
  fixedDelay<R = unknown>(maxRetries: number, delay: Duration): RetryStrategy<R> {
    const delayMs = durationMs('The delay of a retry', delay);
    return new RetryStrategy(checkInteger('The number of retries', maxRetries, 1), () => delayMs);
  },

  /**
   * A pause that grows by the factor, up to the longest, before each of at most so many retries.
   * @throws API_BAD_ARGUMENT for a factor that is not a number above 0
   */
  exponentialBackoff<R = unknown>(
    maxRetries: number,
    initialDelay: Duration,
    maxDelay: Duration,
    multiplier: number,
  ): RetryStrategy<R> {
    const firstMs = durationMs('The first delay of a retry', initialDelay);
    const longestMs = durationMs('The longest delay of a retry', maxDelay);
    const retries = checkInteger('The number of retries', maxRetries, 1);
    if (!(multiplier > 0 && multiplier < Infinity)) {
      throw apiError('API_BAD_ARGUMENT', `The factor of a retry's delay must be a number above 0, not ${multiplier}.`);
    }
    return new RetryStrategy(retries, (retry) => Math.min(longestMs, firstMs * multiplier ** (retry - 1)));
  },
} as const;

/** Common predicates for retry strategies. */
export const RetryPredicates = {
  /** There were no results. */
  EMPTY_RESULT: (results: readonly unknown[]): boolean => results.length === 0,
  /** Any failure. */
  HAS_EXCEPTION: (): boolean => true,
} as const;
