import { MAX_WATERMARK } from '../watermarks.js';

/** A bounded part of a stream, of which one result is worked out for each key. */
export interface Window {
  /** The greatest timestamp that belongs to the window, epoch milliseconds. Results carry it as theirs. */
  maxTimestamp(): number;
}

/** From `start` (included) to `end` (excluded), epoch milliseconds. */
export class TimeWindow implements Window {
  constructor(
    readonly start: number,
    readonly end: number,
  ) {}

  /**
   * The start of the window that a timestamp falls into, on a grid of windows of this size. Right for times before 1970 too.
   * @param offsetMs moves the grid
   */
  static getWindowStartWithOffset(timestampMs: number, offsetMs: number, windowSizeMs: number): number {
    const remainder = (timestampMs - offsetMs) % windowSizeMs;
    return remainder < 0 ? timestampMs - (remainder + windowSizeMs) : timestampMs - remainder;
  }

  getStart(): number {
    return this.start;
  }

  getEnd(): number {
    return this.end;
  }

  maxTimestamp(): number {
    return this.end - 1;
  }

  /** Whether the two overlap or touch: sessions that touch are one. */
  intersects(other: TimeWindow): boolean {
    return this.start <= other.end && this.end >= other.start;
  }

  /** The least window that holds both. */
  cover(other: TimeWindow): TimeWindow {
    return new TimeWindow(Math.min(this.start, other.start), Math.max(this.end, other.end));
  }

  equals(other: TimeWindow): boolean {
    return this.start === other.start && this.end === other.end;
  }

  toString(): string {
    return `TimeWindow{start=${this.start}, end=${this.end}}`;
  }
}

/** The one window that holds everything. */
export class GlobalWindow implements Window {
  private static readonly instance = new GlobalWindow();

  private constructor() {}

  static get(): GlobalWindow {
    return GlobalWindow.instance;
  }

  /** It never ends. */
  maxTimestamp(): number {
    return MAX_WATERMARK;
  }

  toString(): string {
    return 'GlobalWindow';
  }
}
