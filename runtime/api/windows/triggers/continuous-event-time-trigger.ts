import { TriggerResult, type TriggerContext, type Window } from '../../../functions/index.js';
import type { Duration } from '../../checks.js';
import { checkSpan } from '../sizes.js';
import { ContinuousTrigger } from './continuous-trigger.js';

/** Fires each time the watermark passes a multiple of the interval, and at the end of the window. */
export class ContinuousEventTimeTrigger extends ContinuousTrigger {
  /** @throws API_BAD_ARGUMENT */
  static of(interval: Duration): ContinuousEventTimeTrigger {
    return new ContinuousEventTimeTrigger(checkSpan('The interval of a ContinuousEventTimeTrigger', interval));
  }

  override onElement(_element: unknown, timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    const last = window.maxTimestamp();
    if (last <= context.getCurrentWatermark()) return TriggerResult.FIRE;
    context.registerEventTimeTimer(last);
    this.begin(timestamp, window, context);
    return TriggerResult.CONTINUE;
  }

  override onEventTime(timeMs: number, window: Window, context: TriggerContext): TriggerResult {
    return timeMs === window.maxTimestamp() ? TriggerResult.FIRE : this.reached(timeMs, window, context);
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  protected override register(timeMs: number, context: Pick<TriggerContext, 'registerEventTimeTimer'>): void {
    context.registerEventTimeTimer(timeMs);
  }

  protected override delete(timeMs: number, context: TriggerContext): void {
    context.deleteEventTimeTimer(timeMs);
  }
}
