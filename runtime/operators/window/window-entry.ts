/** What a key has in one window, where windows are kept by key: plain data, as it lies in state. */
import { GlobalWindow, MAX_WATERMARK, MIN_WATERMARK, TimeWindow, type Window } from '../../functions/index.js';

/** Values of states by name. */
export type StateValues = Record<string, unknown>;

export interface WindowEntry {
  start: number;
  end: number;
  /** Whether it holds something: false after a purge. */
  filled: boolean;
  contents: unknown;
  /** The trigger's states. */
  triggerStates: StateValues;
  /** The states of the window's function. */
  functionStates: StateValues;
  /** Timers that are registered for it. */
  eventTimers: number[];
  processingTimers: number[];
}

export function newEntry({ start, end }: Span): WindowEntry {
  return {
    ...{ start, end, filled: false, contents: undefined },
    ...{ triggerStates: {}, functionStates: {}, eventTimers: [], processingTimers: [] },
  };
}

/** What tells the windows of a key apart. */
interface Span {
  readonly start: number;
  readonly end: number;
}

const EVERYTHING: Span = { start: MIN_WATERMARK, end: MAX_WATERMARK };

export function spanOf(window: Window): Span {
  return window instanceof TimeWindow ? window : EVERYTHING;
}

export function windowOf({ start, end }: Span): Window {
  return start === EVERYTHING.start && end === EVERYTHING.end ? GlobalWindow.get() : new TimeWindow(start, end);
}

/** The namespace of the timers. */
export function nameOf({ start, end }: Span): string {
  return `${start}/${end}`;
}

/** Whether nothing would be lost with the entry. */
export function isEmpty({
  filled,
  triggerStates,
  functionStates,
  eventTimers,
  processingTimers,
}: WindowEntry): boolean {
  if (filled || eventTimers.length > 0 || processingTimers.length > 0) return false;
  for (const _ in triggerStates) return false;
  for (const _ in functionStates) return false;
  return true;
}
