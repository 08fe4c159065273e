/** What windows that are kept by key hold: one value that grows, or all records with their times if there is an evictor. */
import type { Evictor, EvictorContext, TimestampedValue } from '../../functions/index.js';
import type { OperatorContext } from '../operator-context.js';
import type { EmitResult } from './emit-results.js';
import type { EvictedKind, WindowBody } from './window-body.js';
import { windowOf, type WindowEntry } from './window-entry.js';

/** May throw what functions of the program throw. */
export interface WindowContent {
  add(entry: WindowEntry, record: unknown, timestampMs: number): void;
  /** Brings the contents of other windows into a new one, in their order. */
  merge(into: WindowEntry, parts: readonly WindowEntry[]): void;
  /** The window fires; it holds something. The task's timestamp is the window's already. */
  emit(key: unknown, id: unknown, entry: WindowEntry): void;
}

export function valueContent(
  { values, merge }: WindowBody,
  emit: EmitResult,
  operator: OperatorContext,
): WindowContent {
  return {
    add(entry, record) {
      entry.contents = entry.filled ? values.add(entry.contents, record) : values.first(record);
      entry.filled = true;
    },
    merge(into, parts) {
      for (const { filled, contents } of parts) {
        if (!filled) continue;
        if (into.filled && merge === undefined) throw operator.cannotMerge();
        into.contents = into.filled ? merge?.(into.contents, contents) : contents;
        into.filled = true;
      }
    },
    emit: (key, id, entry) => emit(key, id, windowOf(entry), values.result(entry.contents)),
  };
}

export function evictedContent(
  evictor: Evictor<unknown>,
  context: EvictorContext,
  kind: EvictedKind,
  emit: EmitResult,
): WindowContent {
  return {
    add(entry, record, timestampMs) {
      if (!entry.filled) entry.contents = [];
      entry.filled = true;
      const timestamp = Number.isNaN(timestampMs) ? null : timestampMs;
      (entry.contents as TimestampedValue<unknown>[]).push(kind.element(record, timestamp));
    },
    merge(into, parts) {
      into.filled = parts.some(({ filled }) => filled);
      into.contents = parts.flatMap(({ filled, contents }) => (filled ? (contents as unknown[]) : []));
    },
    emit(key, id, entry) {
      const window = windowOf(entry);
      const elements = entry.contents as TimestampedValue<unknown>[];
      evictor.evictBefore(elements, elements.length, window, context);
      const value = kind.value(elements);
      if (value !== undefined) emit(key, id, window, value);
      evictor.evictAfter(elements, elements.length, window, context);
      entry.filled = elements.length > 0;
    },
  };
}
