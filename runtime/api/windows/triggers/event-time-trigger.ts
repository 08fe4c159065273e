import {
  Trigger,
  TriggerResult,
  type OnMergeContext,
  type TriggerContext,
  type Window,
} from '../../../functions/index.js';

/** Fires when the watermark has passed the window's last millisecond, and then at once for each record that is still let in. */
export class EventTimeTrigger extends Trigger<unknown, Window> {
  private constructor() {
    super();
  }

  static create(): EventTimeTrigger {
    return new EventTimeTrigger();
  }

  override onElement(_element: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    const last = window.maxTimestamp();
    if (last <= context.getCurrentWatermark()) return TriggerResult.FIRE;
    context.registerEventTimeTimer(last);
    return TriggerResult.CONTINUE;
  }

  override onEventTime(timeMs: number, window: Window): TriggerResult {
    return timeMs === window.maxTimestamp() ? TriggerResult.FIRE : TriggerResult.CONTINUE;
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override clear(window: Window, context: TriggerContext): void {
    context.deleteEventTimeTimer(window.maxTimestamp());
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(window: Window, context: OnMergeContext): void {
    const last = window.maxTimestamp();
    // Otherwise the record that caused the merge fires the window.
    if (last > context.getCurrentWatermark()) context.registerEventTimeTimer(last);
  }
}
