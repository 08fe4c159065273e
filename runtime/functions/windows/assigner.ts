import type { Trigger } from './trigger.js';
import type { Window } from './window.js';

export interface WindowAssignerContext {
  getCurrentProcessingTime(): number;
}

/** Windows of one size whose starts are `offsetMs + n · slideMs`. */
export interface WindowGridSizes {
  readonly sizeMs: number;
  readonly slideMs: number;
  readonly offsetMs: number;
}

/** Says which windows a record belongs to: any number of `TimeWindow`s, or the `GlobalWindow`. */
export abstract class WindowAssigner<T, W extends Window> {
  /** @param timestamp event time of the record, epoch milliseconds; NaN if it has none */
  abstract assignWindows(element: T, timestamp: number, context: WindowAssignerContext): readonly W[];
  /** What decides when a window's result is due, unless the program says `trigger(…)`. */
  abstract getDefaultTrigger(): Trigger<T, W>;
  /** Whether the windows are of event time, so that watermarks say what is late. */
  abstract isEventTime(): boolean;

  /** For windows that lie on a grid: they are kept by slices of time, which overlapping windows share. @default none */
  get grid(): WindowGridSizes | undefined {
    return undefined;
  }
}

/** An assigner whose windows grow together, like sessions. */
export abstract class MergingWindowAssigner<T, W extends Window> extends WindowAssigner<T, W> {
  /**
   * Finds those of a key's windows that are one.
   * @param onMerge called for each group of two or more, with the window that takes their place
   */
  abstract mergeWindows(windows: readonly W[], onMerge: (toBeMerged: readonly W[], result: W) => void): void;
}
