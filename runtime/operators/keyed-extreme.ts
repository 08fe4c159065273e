import type { Cell } from './keyed-cells.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** Compares two field values; throws an error that names the operator when they cannot be compared. */
export type CompareFields = (candidate: unknown, best: unknown) => number;

/**
 * Template of min and max: the key's first record with the field replaced by the extreme so far.
 * @param sign 1 for max, -1 for min
 */
export function keyedExtreme(
  field: string,
  sign: number,
  compare: CompareFields,
  cellOf: (record: unknown) => Cell,
  retain: (record: unknown) => unknown,
  next: Next,
): Next {
  return function extreme(record) {
    const value = (record as Record<string, unknown> | null | undefined)?.[field];
    const cell = cellOf(record);
    if (cell.value !== undefined) {
      const best = cell.value as Record<string, unknown>;
      if (compare(value, best[field]) * sign >= 0) best[field] = value;
    } else {
      compare(value, value);
      cell.value = retain(record);
    }
    next(cell.value);
  };
}

/**
 * Template of minBy and maxBy, and of min and max of records that are values themselves: the whole record that holds
 * the extreme so far.
 * @param field undefined: the record itself
 * @param keepFirst on a tie the earlier record stays, else the later one wins
 */
export function keyedExtremeBy(
  field: string | undefined,
  sign: number,
  keepFirst: boolean,
  compare: CompareFields,
  cellOf: (record: unknown) => Cell,
  retain: (record: unknown) => unknown,
  next: Next,
): Next {
  const least = keepFirst ? 1 : 0;
  const valueOf = (record: unknown): unknown =>
    field === undefined ? record : (record as Record<string, unknown> | null | undefined)?.[field];
  return function extremeBy(record) {
    const value = valueOf(record);
    const cell = cellOf(record);
    if (cell.value !== undefined) {
      const order = compare(value, valueOf(cell.value)) * sign;
      if (order >= least) cell.value = retain(record);
    } else {
      compare(value, value);
      cell.value = retain(record);
    }
    next(cell.value);
  };
}

/** @param verb of the aggregation, for the message */
export function fieldComparison(
  verb: string,
  field: string | undefined,
  compareValues: (a: unknown, b: unknown) => number | undefined,
  operator: OperatorContext,
): CompareFields {
  return (candidate, best) => {
    if (typeof candidate === 'number' && typeof best === 'number') {
      if (candidate > best) return 1;
      if (candidate < best) return -1;
    }
    const order = compareValues(candidate, best);
    if (order === undefined) throw operator.badAggregate(verb, field, candidate);
    return order;
  };
}
