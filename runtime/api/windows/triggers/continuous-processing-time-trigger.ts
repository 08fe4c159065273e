import { TriggerResult, type TriggerContext, type Window } from '../../../functions/index.js';
import type { Duration } from '../../checks.js';
import { checkSpan } from '../sizes.js';
import { ContinuousTrigger } from './continuous-trigger.js';

/** Fires each time the clock passes a multiple of the interval, from a key's first record on. */
export class ContinuousProcessingTimeTrigger extends ContinuousTrigger {
  /** @throws API_BAD_ARGUMENT */
  static of(interval: Duration): ContinuousProcessingTimeTrigger {
    return new ContinuousProcessingTimeTrigger(
      checkSpan('The interval of a ContinuousProcessingTimeTrigger', interval),
    );
  }

  override onElement(_element: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    this.begin(context.getCurrentProcessingTime(), window, context);
    return TriggerResult.CONTINUE;
  }

  override onProcessingTime(timeMs: number, window: Window, context: TriggerContext): TriggerResult {
    return this.reached(timeMs, window, context);
  }

  override onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  protected override register(timeMs: number, context: Pick<TriggerContext, 'registerProcessingTimeTimer'>): void {
    context.registerProcessingTimeTimer(timeMs);
  }

  protected override delete(timeMs: number, context: TriggerContext): void {
    context.deleteProcessingTimeTimer(timeMs);
  }
}
