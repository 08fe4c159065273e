import {
  TimeWindow,
  WindowAssigner,
  type Trigger,
  type WindowAssignerContext,
  type WindowGridSizes,
} from '../../functions/index.js';
import type { Duration } from '../checks.js';
import { EventTimeTrigger } from './triggers/event-time-trigger.js';
import { ProcessingTimeTrigger } from './triggers/processing-time-trigger.js';
import { checkOffset, checkSpan } from './sizes.js';
import { checkStagger, WindowStagger } from './window-stagger.js';

/**
 * Windows of one size whose starts lie on a grid: one window after the other (slide = size), overlapping ones, or such with
 * gaps between them.
 */
export abstract class GridWindows<T = unknown> extends WindowAssigner<T, TimeWindow> {
  /** How far this subtask's windows are moved besides; undefined before its first record. */
  private staggerMs: number | undefined;

  protected constructor(
    readonly sizeMs: number,
    readonly slideMs: number,
    readonly offsetMs: number,
    private readonly eventTime: boolean,
    private readonly stagger = WindowStagger.ALIGNED,
  ) {
    super();
  }

  /** The newest window first. */
  override assignWindows(_element: T, timestamp: number, context: WindowAssignerContext): TimeWindow[] {
    const at = this.eventTime ? timestamp : context.getCurrentProcessingTime();
    const windows: TimeWindow[] = [];
    this.staggerMs ??= this.stagger.getStaggerOffset(context.getCurrentProcessingTime(), this.sizeMs);
    const offsetMs = (this.offsetMs + this.staggerMs) % this.slideMs;
    const newest = TimeWindow.getWindowStartWithOffset(at, offsetMs, this.slideMs);
    for (let start = newest; start > at - this.sizeMs; start -= this.slideMs) {
      windows.push(new TimeWindow(start, start + this.sizeMs));
    }
    return windows;
  }

  override getDefaultTrigger(): Trigger<T, TimeWindow> {
    return this.eventTime ? EventTimeTrigger.create() : ProcessingTimeTrigger.create();
  }

  override isEventTime(): boolean {
    return this.eventTime;
  }

  override get grid(): WindowGridSizes | undefined {
    return this.stagger === WindowStagger.ALIGNED ? this : undefined;
  }

  override toString(): string {
    const slide = this.slideMs === this.sizeMs ? '' : `, ${this.slideMs}`;
    return `${this.constructor.name}(${this.sizeMs}${slide})`;
  }
}

/** One after the other, of event time. */
export class TumblingEventTimeWindows extends GridWindows {
  /**
   * @param offset moves the grid, e.g. `-8 h` for days that begin at midnight in Beijing
   * @param stagger moves the windows of each subtask by another time
   * @throws API_BAD_ARGUMENT
   */
  static of(size: Duration, offset: Duration = 0, stagger = WindowStagger.ALIGNED): TumblingEventTimeWindows {
    const sizeMs = checkSpan('The size of tumbling windows', size);
    const offsetMs = checkOffset('tumbling windows', offset, sizeMs);
    return new TumblingEventTimeWindows(sizeMs, sizeMs, offsetMs, true, checkStagger(stagger));
  }
}

/** One after the other, by the clock of the machine. */
export class TumblingProcessingTimeWindows extends GridWindows {
  /** As `TumblingEventTimeWindows.of`. */
  static of(size: Duration, offset: Duration = 0, stagger = WindowStagger.ALIGNED): TumblingProcessingTimeWindows {
    const sizeMs = checkSpan('The size of tumbling windows', size);
    const offsetMs = checkOffset('tumbling windows', offset, sizeMs);
    return new TumblingProcessingTimeWindows(sizeMs, sizeMs, offsetMs, false, checkStagger(stagger));
  }
}

/** A new window at each slide, of event time: overlapping if the slide is less than the size. */
export class SlidingEventTimeWindows extends GridWindows {
  /** @throws API_BAD_ARGUMENT */
  static of(size: Duration, slide: Duration, offset: Duration = 0): SlidingEventTimeWindows {
    const sizeMs = checkSpan('The size of sliding windows', size);
    const slideMs = checkSpan('The slide of sliding windows', slide);
    return new SlidingEventTimeWindows(sizeMs, slideMs, checkOffset('sliding windows', offset, slideMs), true);
  }
}

/** A new window at each slide, by the clock of the machine. */
export class SlidingProcessingTimeWindows extends GridWindows {
  /** @throws API_BAD_ARGUMENT */
  static of(size: Duration, slide: Duration, offset: Duration = 0): SlidingProcessingTimeWindows {
    const sizeMs = checkSpan('The size of sliding windows', size);
    const slideMs = checkSpan('The slide of sliding windows', slide);
    return new SlidingProcessingTimeWindows(sizeMs, slideMs, checkOffset('sliding windows', offset, slideMs), false);
  }
}
