/** Functions that ask the world outside: many questions at once, without a thread waiting for any of them. */
import { AbstractRichFunction } from './functions.js';

/** Takes the results of one record, once; what comes after the first is ignored. */
export interface ResultFuture<R> {
  /** Any number of results, which are emitted. */
  complete(results: Iterable<R>): void;
  completeExceptionally(error: unknown): void;
}

/** Gives its results as a promise of an array, or to the future; not both. */
export interface AsyncFunction<T, R> {
  asyncInvoke(value: T, future: ResultFuture<R>): Promise<readonly R[]> | void;
  /**
   * There was no result in time, retries included. It answers as `asyncInvoke` does, and its answer is not tried again; an
   * attempt that is still under way counts if it answers first. Without this method the job fails then.
   */
  timeout?(value: T, future: ResultFuture<R>): Promise<readonly R[]> | void;
}

export abstract class RichAsyncFunction<T, R> extends AbstractRichFunction implements AsyncFunction<T, R> {
  abstract asyncInvoke(value: T, future: ResultFuture<R>): Promise<readonly R[]> | void;
}

/**
 * Whether and when a record is tried again. All attempts together must fit into the operator's timeout. At the end of the
 * input a record that waits for a retry is tried once more at once, and none is tried again after that.
 */
export interface AsyncRetryStrategy<R> {
  /** How often a record is tried again at most. */
  readonly maxRetries: number;
  /** Pause before a retry, counted from 1, in milliseconds. */
  delayMs(retry: number): number;
  retryOnResult(results: readonly R[]): boolean;
  retryOnException(error: unknown): boolean;
}
