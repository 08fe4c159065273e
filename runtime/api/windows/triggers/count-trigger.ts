import {
  ReducingStateDescriptor,
  Trigger,
  TriggerResult,
  type OnMergeContext,
  type TriggerContext,
  type Window,
} from '../../../functions/index.js';
import { checkInteger } from '../../checks.js';

const COUNT = new ReducingStateDescriptor<number>('count', (a, b) => a + b);

/** Fires whenever so many records have come since it fired last. */
export class CountTrigger extends Trigger<unknown, Window> {
  private constructor(private readonly maxCount: number) {
    super();
  }

  /** @throws API_BAD_ARGUMENT */
  static of(maxCount: number): CountTrigger {
    return new CountTrigger(checkInteger('The count of a CountTrigger', maxCount, 1));
  }

  override onElement(_element: unknown, _timestamp: number, _window: Window, context: TriggerContext): TriggerResult {
    const count = context.getPartitionedState(COUNT);
    count.add(1);
    if ((count.get() ?? 0) < this.maxCount) return TriggerResult.CONTINUE;
    count.clear();
    return TriggerResult.FIRE;
  }

  override onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override clear(_window: Window, context: TriggerContext): void {
    context.getPartitionedState(COUNT).clear();
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(COUNT);
  }
}
