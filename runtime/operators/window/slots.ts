/**
 * What a slice of time holds of a key, where overlapping windows share their slices: a part of each of these windows. Parts are
 * put together when a window fires. Each knows when its record came, because a result may depend on the order of arrival and not
 * of time: the first record's other fields, the winner of a tie, the order of a list.
 */
import type { Accumulation } from './accumulation.js';

/** Parts of a window as they lie in state. */
export interface SlotKind {
  first(record: unknown, order: number): unknown;
  /** Changes the slot. */
  add(slot: unknown, record: unknown, order: number): void;
  /** A slot with the same content that `merge` may change. */
  copy(slot: unknown): unknown;
  /** Brings a part into a slot that `copy` has made; the part stays as it is. */
  merge(slot: unknown, part: unknown): void;
  result(slot: unknown): unknown;
  /** The arrival of the latest record that the slot knows of: orders go on above it after a restore. */
  latestOrder(slot: unknown): number;
}

interface AccumulatedSlot {
  value: unknown;
  /** Of the first record; of extremes, of the one that holds it. */
  order: number;
}

/** @param merge of the accumulation, which must have one */
export function accumulatedSlots(
  { first, add, copy, result, wins }: Accumulation,
  merge: (value: unknown, other: unknown) => unknown,
): SlotKind {
  return {
    first: (record, order) => ({ value: first(record), order }),
    add(slot, record, order) {
      const accumulated = slot as AccumulatedSlot;
      const value = add(accumulated.value, record);
      if (wins !== undefined && value !== accumulated.value) accumulated.order = order;
      accumulated.value = value;
    },
    copy: (slot) => ({ value: copy((slot as AccumulatedSlot).value), order: (slot as AccumulatedSlot).order }),
    merge(slot, part) {
      const into = slot as AccumulatedSlot;
      const { value, order } = part as AccumulatedSlot;
      const isEarlier = order < into.order;
      if (wins !== undefined) {
        if (!wins(into.value, value, isEarlier)) return;
        into.value = copy(value);
      } else {
        into.value = isEarlier ? merge(copy(value), into.value) : merge(into.value, copy(value));
        if (!isEarlier) return;
      }
      into.order = order;
    },
    result: (slot) => result((slot as AccumulatedSlot).value),
    latestOrder: (slot) => (slot as AccumulatedSlot).order,
  };
}

interface ListSlot {
  elements: unknown[];
  /** Of each element, ascending. */
  orders: number[];
}

/** @param retain a copy of a record where someone else may change it later, else the record itself */
export function listSlots(retain: (record: unknown) => unknown): SlotKind {
  return {
    first: (record, order) => ({ elements: [retain(record)], orders: [order] }),
    add(slot, record, order) {
      (slot as ListSlot).elements.push(retain(record));
      (slot as ListSlot).orders.push(order);
    },
    copy: (slot) => ({ elements: [...(slot as ListSlot).elements], orders: [...(slot as ListSlot).orders] }),
    merge: (slot, part) => mergeLists(slot as ListSlot, part as ListSlot),
    result: (slot) => (slot as ListSlot).elements,
    latestOrder: (slot) => (slot as ListSlot).orders.at(-1) ?? 0,
  };
}

/** Both are ordered; mostly all of the part comes behind. */
function mergeLists(into: ListSlot, part: ListSlot): void {
  let at = into.orders.length - 1;
  if (at < 0 || into.orders[at] < part.orders[0]) {
    for (let i = 0; i < part.orders.length; i++) {
      into.elements.push(part.elements[i]);
      into.orders.push(part.orders[i]);
    }
    return;
  }
  let end = into.orders.length + part.orders.length - 1;
  into.orders.length = end + 1;
  into.elements.length = end + 1;
  for (let i = part.orders.length - 1; i >= 0; end--) {
    const fromPart = at < 0 || part.orders[i] > into.orders[at];
    into.orders[end] = fromPart ? part.orders[i] : into.orders[at];
    into.elements[end] = fromPart ? part.elements[i--] : into.elements[at--];
  }
}
