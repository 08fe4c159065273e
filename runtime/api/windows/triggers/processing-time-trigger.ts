import {
  Trigger,
  TriggerResult,
  type OnMergeContext,
  type TriggerContext,
  type Window,
} from '../../../functions/index.js';

/** Fires when the clock has passed the window's last millisecond. */
export class ProcessingTimeTrigger extends Trigger<unknown, Window> {
  private constructor() {
    super();
  }

  static create(): ProcessingTimeTrigger {
    return new ProcessingTimeTrigger();
  }

  override onElement(_element: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    context.registerProcessingTimeTimer(window.maxTimestamp());
    return TriggerResult.CONTINUE;
  }

  override onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.FIRE;
  }

  override clear(window: Window, context: TriggerContext): void {
    context.deleteProcessingTimeTimer(window.maxTimestamp());
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(window: Window, context: OnMergeContext): void {
    const last = window.maxTimestamp();
    if (last > context.getCurrentProcessingTime()) context.registerProcessingTimeTimer(last);
  }
}
