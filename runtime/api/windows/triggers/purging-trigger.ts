import {
  Trigger,
  TriggerResult,
  type OnMergeContext,
  type TriggerContext,
  type Window,
} from '../../../functions/index.js';

/** As another trigger, but what it fires is purged as well: the next result starts from nothing. */
export class PurgingTrigger<T, W extends Window> extends Trigger<T, W> {
  private constructor(private readonly nested: Trigger<T, W>) {
    super();
  }

  static of<T, W extends Window>(trigger: Trigger<T, W>): PurgingTrigger<T, W> {
    return new PurgingTrigger(trigger);
  }

  override onElement(element: T, timestamp: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.nested.onElement(element, timestamp, window, context));
  }

  override onEventTime(timeMs: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.nested.onEventTime(timeMs, window, context));
  }

  override onProcessingTime(timeMs: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.nested.onProcessingTime(timeMs, window, context));
  }

  override clear(window: W, context: TriggerContext): void {
    this.nested.clear(window, context);
  }

  override canMerge(): boolean {
    return this.nested.canMerge();
  }

  override onMerge(window: W, context: OnMergeContext): void {
    this.nested.onMerge?.(window, context);
  }
}

function purging(result: TriggerResult): TriggerResult {
  return result === TriggerResult.FIRE ? TriggerResult.FIRE_AND_PURGE : result;
}
