/** How what a window holds of a key grows from record to record, and how two such values become one. */
import { instantiate } from '../../common/code-template.js';
import type { AggregateFunction, ReduceFunction } from '../../functions/index.js';
import type { FieldAggregation } from '../../graph/operator-spec.js';
import type { WindowContents } from '../../graph/window-spec.js';
import { makeCopier } from '../../serde/index.js';
import { compareValues } from '../compare.js';
import { fieldComparison, type CompareFields } from '../keyed-extreme.js';
import type { OperatorContext } from '../operator-context.js';

type Retain = (record: unknown) => unknown;

/**
 * The value of a key in a window. A value belongs to its window: `add` may change it in place. These are the program's
 * functions, and throw what those throw.
 */
export interface Accumulation {
  /** Of the first record. */
  readonly first: (record: unknown) => unknown;
  readonly add: (value: unknown, record: unknown) => unknown;
  /**
   * Of two values with the same key, the earlier one first. It may change the first in place, and take parts of the second.
   * Undefined when the program did not say how.
   */
  readonly merge: ((value: unknown, other: unknown) => unknown) | undefined;
  /** What a window's function or the next operator gets. */
  readonly result: (value: unknown) => unknown;
  /** A value of its own, for a merge that must leave the original as it is. */
  readonly copy: (value: unknown) => unknown;
  /** Whether the second value of a merge wins over the first, though it came later: for extremes, whose order is that of values. */
  readonly wins?: (value: unknown, other: unknown, otherIsEarlier: boolean) => boolean;
}

/** @param retain a copy of a record where someone else may change it later, else the record itself */
export function accumulation(
  contents: Exclude<WindowContents, { kind: 'list' }>,
  retain: Retain,
  operator: OperatorContext,
): Accumulation {
  switch (contents.kind) {
    case 'reduce':
      return instantiate(reducing)(contents.fn, retain, makeCopier());
    case 'aggregate':
      return instantiate(aggregating)(contents.fn, makeCopier());
    case 'field':
      return fieldAccumulation(contents.aggregation, retain, operator);
  }
}

/** Template. */
function reducing(fn: ReduceFunction<unknown>, retain: Retain, copy: Retain): Accumulation {
  return {
    first: retain,
    add: (value, record) => fn.reduce(value, record),
    merge: (value, other) => fn.reduce(value, other),
    result: (value) => value,
    copy,
  };
}

/** Template. */
function aggregating(fn: AggregateFunction<unknown, unknown, unknown>, copy: Retain): Accumulation {
  return {
    first: (record) => fn.add(record, fn.createAccumulator()),
    add: (value, record) => fn.add(record, value),
    merge: fn.merge === undefined ? undefined : (value, other) => fn.merge?.(value, other),
    result: (value) => fn.getResult(value),
    copy,
  };
}

function fieldAccumulation(
  { kind, field, first }: FieldAggregation,
  retain: Retain,
  operator: OperatorContext,
): Accumulation {
  if (kind === 'sum') {
    return field === undefined
      ? instantiate(summingRecords)(operator)
      : instantiate(summingField)(field, retain, makeCopier(), operator);
  }
  const sign = kind === 'max' || kind === 'maxBy' ? 1 : -1;
  const compare = instantiate(fieldComparison)(kind, field, compareValues, operator);
  if (field !== undefined && (kind === 'min' || kind === 'max')) {
    return instantiate(extremeOfField)(field, sign, compare, retain, makeCopier());
  }
  return instantiate(extremeRecord)(field, sign, first, compare, retain, makeCopier());
}

/** Template: the first record with the field replaced by the sum. */
function summingField(field: string, retain: Retain, copy: Retain, operator: OperatorContext): Accumulation {
  const read = (record: unknown): number | bigint => {
    const value = (record as Record<string, unknown> | null | undefined)?.[field];
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    throw operator.badAggregate('sum', field, value);
  };
  const add = (value: unknown, record: unknown): unknown => {
    const addend = read(record);
    const before = (value as Record<string, unknown>)[field];
    if (typeof before !== typeof addend) throw operator.badAggregate('add to a bigint or number', field, addend);
    (value as Record<string, unknown>)[field] = (before as number) + (addend as number);
    return value;
  };
  return {
    first(record) {
      read(record);
      return retain(record);
    },
    add,
    merge: add,
    result: (value) => value,
    copy,
  };
}

/** Template: the sum of records that are numbers or bigints themselves. */
function summingRecords(operator: OperatorContext): Accumulation {
  const add = (value: unknown, record: unknown): unknown => {
    if (typeof record !== typeof value) throw operator.badAggregate('add to a bigint or number', undefined, record);
    return (value as number) + (record as number);
  };
  return {
    first(record) {
      if (typeof record === 'number' || typeof record === 'bigint') return record;
      throw operator.badAggregate('sum', undefined, record);
    },
    add,
    merge: add,
    result: (value) => value,
    copy: (value) => value,
  };
}

/** Template of min and max: the first record with the field replaced by the extreme. */
function extremeOfField(
  field: string,
  sign: number,
  compare: CompareFields,
  retain: Retain,
  copy: Retain,
): Accumulation {
  const read = (record: unknown): unknown => (record as Record<string, unknown> | null | undefined)?.[field];
  const add = (value: unknown, record: unknown): unknown => {
    const candidate = read(record);
    const best = value as Record<string, unknown>;
    if (compare(candidate, best[field]) * sign > 0) best[field] = candidate;
    return value;
  };
  return {
    first(record) {
      compare(read(record), read(record));
      return retain(record);
    },
    add,
    merge: add,
    result: (value) => value,
    copy,
  };
}

/**
 * Template of minBy and maxBy, and of min and max of records that are values themselves: the whole record that holds the extreme.
 * @param keepFirst on a tie the earlier record stays, else the later one wins
 */
function extremeRecord(
  field: string | undefined,
  sign: number,
  keepFirst: boolean,
  compare: CompareFields,
  retain: Retain,
  copy: Retain,
): Accumulation {
  const read = (record: unknown): unknown =>
    field === undefined ? record : (record as Record<string, unknown> | null | undefined)?.[field];
  const wins = (value: unknown, other: unknown, otherIsEarlier: boolean): boolean => {
    const order = compare(read(other), read(value)) * sign;
    return order > 0 || (order === 0 && otherIsEarlier === keepFirst);
  };
  return {
    first(record) {
      compare(read(record), read(record));
      return retain(record);
    },
    add: (value, record) => (wins(value, record, false) ? retain(record) : value),
    merge: (value, other) => (wins(value, other, false) ? other : value),
    result: (value) => value,
    copy,
    wins,
  };
}
