import type { FlatMapFunction } from '../functions/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** Template: emits what the function returns, and what it hands to the collector. */
export function flatMap(fn: FlatMapFunction<unknown, unknown>, next: Next, operator: OperatorContext): Next {
  const { emitted } = operator;
  const out = {
    collect(record: unknown): void {
      emitted[0]++;
      next(record);
    },
  };
  return function flatMapRecord(record) {
    let results: unknown;
    try {
      results = fn.flatMap(record, out);
    } catch (error) {
      throw operator.failed(error);
    }
    if (results === undefined || results === null) return;
    if (Array.isArray(results)) {
      emitted[0] += results.length;
      for (let i = 0; i < results.length; i++) next(results[i]);
      return;
    }
    if (results instanceof Promise) throw operator.returnedPromise();
    const iterable = results as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
    if (typeof iterable[Symbol.iterator] !== 'function') {
      throw typeof iterable[Symbol.asyncIterator] === 'function'
        ? operator.returnedPromise()
        : operator.notIterable(results);
    }
    try {
      // A generator's body runs here, so its errors are the function's too.
      for (const result of iterable as Iterable<unknown>) out.collect(result);
    } catch (error) {
      throw operator.failed(error);
    }
  };
}
