/** The arithmetic of windows on a grid, and of the slices of time that overlapping windows have in common. */
import { TimeWindow, type WindowGridSizes } from '../../functions/index.js';

/**
 * A slice is what lies between two neighbouring starts or ends of windows. Every window is a row of whole slices, and a record
 * belongs to one slice, however many windows overlap there.
 */
export class WindowGrid {
  readonly sizeMs: number;
  readonly slideMs: number;
  private readonly offsetMs: number;
  /** Where in a slide windows end, if not at its start. */
  private readonly restMs: number;

  constructor({ sizeMs, slideMs, offsetMs }: WindowGridSizes) {
    this.sizeMs = sizeMs;
    this.slideMs = slideMs;
    this.offsetMs = offsetMs;
    this.restMs = sizeMs % slideMs;
  }

  /** Whether a record can be in more than one window. */
  get overlapping(): boolean {
    return this.slideMs < this.sizeMs;
  }

  /** The start of the latest window that has begun at this time. */
  newestStart(timestampMs: number): number {
    return TimeWindow.getWindowStartWithOffset(timestampMs, this.offsetMs, this.slideMs);
  }

  /** The start of the earliest window that has not ended at this time. */
  oldestStart(timestampMs: number): number {
    return this.newestStart(timestampMs - this.sizeMs) + this.slideMs;
  }

  /** The start of the slice that a timestamp falls into. */
  sliceStart(timestampMs: number): number {
    const start = this.newestStart(timestampMs);
    const middle = start + this.restMs;
    return timestampMs < middle ? start : middle;
  }

  /** Where the slice ends that begins here. */
  sliceEnd(sliceStart: number): number {
    const start = this.newestStart(sliceStart);
    return sliceStart === start && this.restMs > 0 ? start + this.restMs : start + this.slideMs;
  }
}
