/** Fields to sort by, and whole records as keys. */
import type { SortField } from '../../graph/operator-spec.js';
import { sortKeyBound, writeSortKey } from '../../serde/index.js';
import { apiError } from '../api-error.js';
import type { ComparableField } from './fields.js';
import { fieldKey, keyFunction } from './user-function.js';

/** Least first, or greatest first. */
export type Order = 'ASCENDING' | 'DESCENDING';

/** The name of a field, or the position of a tuple, whose values have an order. */
export type SortFields<T> = ComparableField<T>;

/** @throws API_BAD_ARGUMENT, API_BAD_FUNCTION */
export function sortField(caller: string, by: unknown, order: Order): SortField {
  const orders: readonly unknown[] = ['ASCENDING', 'DESCENDING'];
  if (!orders.includes(order)) {
    throw apiError('API_BAD_ARGUMENT', `The order of ${caller}() is ASCENDING or DESCENDING, not ${order as string}.`);
  }
  const named = typeof by === 'string' || typeof by === 'number';
  return {
    name: named ? String(by) : 'function',
    value: named ? fieldKey(caller, [by]) : keyFunction(caller, by),
    descending: order === 'DESCENDING',
  };
}

let scratch = Buffer.alloc(256);
let view = new DataView(scratch.buffer, scratch.byteOffset, scratch.length);

/** A key that records have in common exactly if all that they hold is equal. @throws SERDE_BAD_KEY */
export function wholeRecord(record: unknown): string {
  const bound = sortKeyBound(record);
  if (bound > scratch.length) {
    scratch = Buffer.alloc(bound * 2);
    view = new DataView(scratch.buffer, scratch.byteOffset, scratch.length);
  }
  return scratch.toString('latin1', 0, writeSortKey(record, scratch, view, 0));
}
