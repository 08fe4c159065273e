import type { FilterFunction } from '../functions/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** Template: passes the record itself, or not. */
export function filter(fn: FilterFunction<unknown>, next: Next, operator: OperatorContext): Next {
  const { emitted } = operator;
  return function filterRecord(record) {
    let keep: unknown;
    try {
      keep = fn.filter(record);
    } catch (error) {
      throw operator.failed(error);
    }
    if (keep instanceof Promise) throw operator.returnedPromise();
    if (keep) {
      emitted[0]++;
      next(record);
    }
  };
}
