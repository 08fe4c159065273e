import { Trigger, TriggerResult, type Window } from '../../../functions/index.js';

/** Never fires: what global windows have until the program gives them a trigger. */
export class NeverTrigger extends Trigger<unknown, Window> {
  private constructor() {
    super();
  }

  static create(): NeverTrigger {
    return new NeverTrigger();
  }

  override onElement(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override clear(): void {}
}
