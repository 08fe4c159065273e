import {
  MergingWindowAssigner,
  TimeWindow,
  mergeTimeWindows,
  type Trigger,
  type WindowAssignerContext,
} from '../../functions/index.js';
import { apiError } from '../api-error.js';
import type { Duration } from '../checks.js';
import { syncFunction } from '../functions/user-function.js';
import { checkSpan } from './sizes.js';
import { EventTimeTrigger } from './triggers/event-time-trigger.js';
import { ProcessingTimeTrigger } from './triggers/processing-time-trigger.js';

/** Says how long after a record its session stays open, in milliseconds. */
export interface SessionWindowTimeGapExtractor<T> {
  extract(element: T): number;
}
export type SessionGapInput<T> = ((element: T) => number) | SessionWindowTimeGapExtractor<T>;

/** A window for each burst of a key's records: a session ends once nothing has come for the gap. */
export abstract class SessionWindows<T = unknown> extends MergingWindowAssigner<T, TimeWindow> {
  /** @param gapMs the gap, or what says it for each record */
  protected constructor(
    private readonly gapMs: number | SessionWindowTimeGapExtractor<T>,
    private readonly eventTime: boolean,
  ) {
    super();
  }

  override assignWindows(element: T, timestamp: number, context: WindowAssignerContext): TimeWindow[] {
    const at = this.eventTime ? timestamp : context.getCurrentProcessingTime();
    return [new TimeWindow(at, at + this.gapOf(element))];
  }

  override mergeWindows(
    windows: readonly TimeWindow[],
    onMerge: (toBeMerged: readonly TimeWindow[], result: TimeWindow) => void,
  ): void {
    mergeTimeWindows(windows, onMerge);
  }

  override getDefaultTrigger(): Trigger<T, TimeWindow> {
    return this.eventTime ? EventTimeTrigger.create() : ProcessingTimeTrigger.create();
  }

  override isEventTime(): boolean {
    return this.eventTime;
  }

  override toString(): string {
    return `${this.constructor.name}(${typeof this.gapMs === 'number' ? this.gapMs : 'dynamic'})`;
  }

  private gapOf(element: T): number {
    if (typeof this.gapMs === 'number') return this.gapMs;
    const gap = this.gapMs.extract(element);
    if (Number.isFinite(gap) && gap > 0) return gap;
    throw new RangeError(`The gap of a session must be more than 0 ms, not ${String(gap)}.`);
  }
}

/** Sessions of event time. */
export class EventTimeSessionWindows<T = unknown> extends SessionWindows<T> {
  /** @throws API_BAD_ARGUMENT */
  static withGap(gap: Duration): EventTimeSessionWindows {
    return new EventTimeSessionWindows(checkSpan('The gap of a session', gap), true);
  }

  /** @param gapOf says the gap behind a record, milliseconds above 0 */
  static withDynamicGap<T>(gapOf: SessionGapInput<T>): EventTimeSessionWindows<T> {
    return new EventTimeSessionWindows<T>(gapExtractor(gapOf), true);
  }
}

/** Sessions by the clock of the machine. */
export class ProcessingTimeSessionWindows<T = unknown> extends SessionWindows<T> {
  /** @throws API_BAD_ARGUMENT */
  static withGap(gap: Duration): ProcessingTimeSessionWindows {
    return new ProcessingTimeSessionWindows(checkSpan('The gap of a session', gap), false);
  }

  /** As `EventTimeSessionWindows.withDynamicGap`. */
  static withDynamicGap<T>(gapOf: SessionGapInput<T>): ProcessingTimeSessionWindows<T> {
    return new ProcessingTimeSessionWindows<T>(gapExtractor(gapOf), false);
  }
}

function gapExtractor<T>(gapOf: SessionGapInput<T>): SessionWindowTimeGapExtractor<T> {
  if (typeof gapOf === 'string' || typeof gapOf === 'number') {
    throw apiError('API_BAD_ARGUMENT', 'withDynamicGap() takes a function; a fixed gap is for withGap().');
  }
  return syncFunction<SessionWindowTimeGapExtractor<T>>('withDynamicGap', 'extract', gapOf);
}
