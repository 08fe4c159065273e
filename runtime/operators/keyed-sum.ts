import type { OwnCopier } from '../serde/index.js';
import type { Cell } from './keyed-cells.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/**
 * Template: the key's first record with the field replaced by the sum so far.
 * @param own makes the copies that are emitted, where whoever takes them may keep and change them; undefined: the state
 *   itself is emitted, and copied on its way if need be
 * @param copy for what `own` does not admit
 */
export function keyedSumOfField(
  field: string,
  cellOf: (record: unknown) => Cell,
  retain: (record: unknown) => unknown,
  own: OwnCopier | undefined,
  copy: (record: unknown) => unknown,
  next: Next,
  operator: OperatorContext,
): Next {
  /** Whether all state is admitted by `own`. */
  let admitted = true;
  return function sumField(record) {
    const value = (record as Record<string, unknown> | null | undefined)?.[field];
    if (typeof value !== 'number' && typeof value !== 'bigint') throw operator.badAggregate('sum', field, value);
    const cell = cellOf(record);
    if (cell.filled) {
      const sum = cell.value as Record<string, unknown>;
      const before = sum[field];
      if ((typeof before === 'number') !== (typeof value === 'number')) {
        throw operator.badAggregate('add to a bigint or number', field, value);
      }
      sum[field] = (before as number) + (value as number);
    } else {
      cell.filled = true;
      cell.value = retain(record);
      if (own !== undefined && !own.admit(cell.value)) admitted = false;
    }
    if (own === undefined) next(cell.value);
    else next(admitted ? own.copy(cell.value) : copy(cell.value));
  };
}

/** Template: the sum so far of records that are numbers or bigints themselves. */
export function keyedSumOfRecord(cellOf: (record: unknown) => Cell, next: Next, operator: OperatorContext): Next {
  return function sumRecord(record) {
    if (typeof record !== 'number' && typeof record !== 'bigint') {
      throw operator.badAggregate('sum', undefined, record);
    }
    const cell = cellOf(record);
    if (cell.filled) {
      if ((typeof cell.value === 'number') !== (typeof record === 'number')) {
        throw operator.badAggregate('add to a bigint or number', undefined, record);
      }
      cell.value = (cell.value as number) + (record as number);
    } else {
      cell.filled = true;
      cell.value = record;
    }
    next(cell.value);
  };
}
