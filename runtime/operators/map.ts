import type { MapFunction } from '../functions/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** Template: one record in, one out. */
export function map(fn: MapFunction<unknown, unknown>, next: Next, operator: OperatorContext): Next {
  return function mapRecord(record) {
    let result: unknown;
    try {
      result = fn.map(record);
    } catch (error) {
      throw operator.failed(error);
    }
    if (result instanceof Promise) throw operator.returnedPromise();
    next(result);
  };
}
