import type { Window } from './window.js';

/** A record in a window with its event time: null if it has none. */
export interface TimestampedValue<T> {
  readonly value: T;
  readonly timestamp: number | null;
}

export interface EvictorContext {
  getCurrentProcessingTime(): number;
  /** Epoch milliseconds; MIN_WATERMARK before the first one. */
  getCurrentWatermark(): number;
}

/**
 * Takes records out of a window before or after its function sees them: it removes them from the array that it is handed, and
 * they are gone from the window. With an evictor a window keeps all its records, also for `reduce` and `aggregate`.
 */
export interface Evictor<T, W extends Window = Window> {
  /**
   * Before the function is called.
   * @param elements in the order of their arrival; changed in place
   * @param size how many there are
   */
  evictBefore(elements: TimestampedValue<T>[], size: number, window: W, context: EvictorContext): void;
  /** As `evictBefore`, after the function was called. */
  evictAfter(elements: TimestampedValue<T>[], size: number, window: W, context: EvictorContext): void;
}
