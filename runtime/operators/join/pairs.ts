/** What windows of a join hold of a key: the records of both streams, in the order of their arrival. */
import type { TimestampedValue } from '../../functions/index.js';
import type { ListsForm } from '../window/chain-rows.js';
import { listSlots, type SlotKind } from '../window/slots.js';
import type { EvictedKind, ValueKind } from '../window/window-body.js';

/** Plain data, as it lies in state; undefined as long as the stream has brought nothing. */
export interface Pair {
  first: unknown[] | undefined;
  second: unknown[] | undefined;
}

type Retain = (record: unknown) => unknown;

/** Which stream the record at hand comes from; the operator's inputs say so before each record. */
export interface Side {
  second: boolean;
}

export function pairValues(side: Side, retain: Retain): ValueKind {
  return {
    first: (record) =>
      side.second ? { first: undefined, second: [retain(record)] } : { first: [retain(record)], second: undefined },
    add(value, record) {
      const pair = value as Pair;
      const kept = retain(record);
      if (side.second) {
        if (pair.second === undefined) pair.second = [kept];
        else pair.second.push(kept);
      } else if (pair.first === undefined) pair.first = [kept];
      else pair.first.push(kept);
      return value;
    },
    result: (value) => value,
  };
}

/** @param partial whether records of one stream are of use alone */
export function pairForm(side: Side, partial: boolean): ListsForm {
  return {
    ...{ streams: 2, side, partial },
    valueOf: ([first, second]): Pair => ({ first, second }),
    listsOf: (value) => [(value as Pair).first, (value as Pair).second],
  };
}

export function mergePairs(value: unknown, other: unknown): Pair {
  const into = value as Pair;
  const { first, second } = other as Pair;
  into.first = joined(into.first, first);
  into.second = joined(into.second, second);
  return into;
}

function joined(list: unknown[] | undefined, other: unknown[] | undefined): unknown[] | undefined {
  return list === undefined || other === undefined ? (list ?? other) : [...list, ...other];
}

/** Of each stream a slot of its own; undefined as long as the stream has brought nothing. */
interface PairSlot {
  first: unknown;
  second: unknown;
}

/** The parts of overlapping windows. */
export function pairSlots(side: Side, retain: Retain): SlotKind {
  const lists = listSlots(retain);
  const merge = (into: unknown, part: unknown): unknown => {
    if (part === undefined) return into;
    if (into === undefined) return lists.copy(part);
    lists.merge(into, part);
    return into;
  };
  return {
    first(record, order) {
      const list = lists.first(record, order);
      return side.second ? { first: undefined, second: list } : { first: list, second: undefined };
    },
    add(slot, record, order) {
      const name = side.second ? 'second' : 'first';
      const list = (slot as PairSlot)[name];
      if (list === undefined) (slot as PairSlot)[name] = lists.first(record, order);
      else lists.add(list, record, order);
    },
    copy(slot) {
      const { first, second } = slot as PairSlot;
      return { first: merge(undefined, first), second: merge(undefined, second) };
    },
    merge(slot, part) {
      const into = slot as PairSlot;
      into.first = merge(into.first, (part as PairSlot).first);
      into.second = merge(into.second, (part as PairSlot).second);
    },
    result(slot) {
      const { first, second } = slot as PairSlot;
      const listOf = (list: unknown): unknown => (list === undefined ? undefined : lists.result(list));
      return { first: listOf(first), second: listOf(second) };
    },
    latestOrder(slot) {
      const { first, second } = slot as PairSlot;
      const orderOf = (list: unknown): number => (list === undefined ? 0 : lists.latestOrder(list));
      return Math.max(orderOf(first), orderOf(second));
    },
  };
}

/** A record of either stream in a window with an evictor. */
interface SidedValue extends TimestampedValue<unknown> {
  readonly second: boolean;
}

export function evictedPairs(side: Side, retain: Retain): EvictedKind {
  return {
    element: (record, timestamp) => ({ value: retain(record), timestamp, second: side.second }) as SidedValue,
    value(elements) {
      const [second, first] = [true, false].map((side) =>
        (elements as readonly SidedValue[]).flatMap((element) => (element.second === side ? [element.value] : [])),
      );
      return { first, second };
    },
  };
}
