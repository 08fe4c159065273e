import type { OwnCopier } from '../serde/index.js';
import type { Cell } from './keyed-cells.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/**
 * Template: the key's first record with the field replaced by the sum so far.
 * @param own makes the copies that are emitted, where whoever takes them may keep and change them; undefined: the state
 *   itself is emitted, and copied on its way if need be
 * @param copy for what `own` does not admit
 * @param restored the state that the operator began with
 */
export function keyedSumOfField(
  field: string,
  cellOf: (record: unknown) => Cell,
  retain: (record: unknown) => unknown,
  own: OwnCopier | undefined,
  copy: (record: unknown) => unknown,
  restored: () => Iterable<Cell>,
  next: Next,
  operator: OperatorContext,
): Next {
  /** Whether all state is admitted by `own`. */
  let admitted = true;
  let first = true;
  const admitRestored = (): void => {
    first = false;
    for (const { value } of restored()) if (own !== undefined && !own.admit(value)) admitted = false;
  };
  return function sumField(record) {
    if (first) admitRestored();
    const value = (record as Record<string, unknown> | null | undefined)?.[field];
    if (typeof value !== 'number' && typeof value !== 'bigint') throw operator.badAggregate('sum', field, value);
    const cell = cellOf(record);
    if (cell.value !== undefined) {
      const sum = cell.value as Record<string, unknown>;
      const before = sum[field];
      if ((typeof before === 'number') !== (typeof value === 'number')) {
        throw operator.badAggregate('add to a bigint or number', field, value);
      }
      sum[field] = (before as number) + (value as number);
    } else {
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
    if (cell.value !== undefined) {
      if ((typeof cell.value === 'number') !== (typeof record === 'number')) {
        throw operator.badAggregate('add to a bigint or number', undefined, record);
      }
      cell.value = (cell.value as number) + (record as number);
    } else {
      cell.value = record;
    }
    next(cell.value);
  };
}
