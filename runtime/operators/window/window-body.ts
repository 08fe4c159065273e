/** What tells the operators with windows apart: what a window holds of a key, and what becomes of it. */
import type { TimestampedValue, Window } from '../../functions/index.js';
import type { EmitResult } from './emit-results.js';
import type { RowsKind } from './own-contents.js';
import type { SlotKind } from './slots.js';
import type { WindowStates } from './window-scope.js';

/** How a value grows: an accumulator, or a list. */
export interface ValueKind {
  /** Of the first record. */
  readonly first: (record: unknown) => unknown;
  /** With one more record; it may be changed in place. */
  readonly add: (value: unknown, record: unknown) => unknown;
  /** What leaves the window. */
  readonly result: (value: unknown) => unknown;
}

export interface WindowBody {
  readonly values: ValueKind;
  /** How such values may lie in rows. */
  readonly rows: RowsKind;
  /** Two values of one key as one, the first of which may be changed; undefined when nobody says how. */
  readonly merge: ((value: unknown, other: unknown) => unknown) | undefined;
  /** As `values`, where overlapping windows share parts; undefined when they cannot. */
  readonly slots: SlotKind | undefined;
  /** Where an evictor wants to see all records. */
  readonly evicted: EvictedKind;
  /** @param watermark how far the operator has come */
  outputs(states: WindowStates, watermark: () => number): WindowOutputs;
  /** The id of the tag that takes late records; undefined: they are dropped. */
  readonly lateTag: string | undefined;
}

export interface EvictedKind {
  element(record: unknown, timestamp: number | null): TimestampedValue<unknown>;
  /** The value of the elements that the evictor has left; undefined when there is no result without elements. */
  value(elements: readonly TimestampedValue<unknown>[]): unknown;
}

export interface WindowOutputs {
  readonly emit: EmitResult;
  /** The window of the key is gone; undefined when nobody wants to know. */
  readonly clear: ((key: unknown, id: unknown, window: Window) => void) | undefined;
}
