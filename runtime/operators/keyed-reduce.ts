import type { ReduceFunction } from '../functions/index.js';
import type { Cell } from './keyed-cells.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/**
 * Template: the first record of a key is emitted as it is; each later one is reduced with what was emitted last.
 * @param retain a copy of a record where someone else may change it later, else the record itself
 */
export function keyedReduce(
  fn: ReduceFunction<unknown>,
  cellOf: (record: unknown) => Cell,
  retain: (record: unknown) => unknown,
  next: Next,
  operator: OperatorContext,
): Next {
  return function reduceRecord(record) {
    const cell = cellOf(record);
    if (cell.value === undefined) {
      cell.value = retain(record);
      next(record);
      return;
    }
    let reduced: unknown;
    try {
      reduced = fn.reduce(cell.value, record);
    } catch (error) {
      throw operator.failed(error);
    }
    if (reduced instanceof Promise) throw operator.returnedPromise();
    cell.value = reduced;
    next(reduced);
  };
}
