import {
  ReducingStateDescriptor,
  Trigger,
  TriggerResult,
  type OnMergeContext,
  type TriggerContext,
  type Window,
} from '../../../functions/index.js';
import type { Duration } from '../../checks.js';
import { checkSpan } from '../sizes.js';

/** When it fires next. */
const NEXT = new ReducingStateDescriptor<number>('fire-time', (a, b) => Math.min(a, b));

/** Fires each time the clock passes a multiple of the interval, from a key's first record on. */
export class ContinuousProcessingTimeTrigger extends Trigger<unknown, Window> {
  private constructor(private readonly intervalMs: number) {
    super();
  }

  /** @throws API_BAD_ARGUMENT */
  static of(interval: Duration): ContinuousProcessingTimeTrigger {
    return new ContinuousProcessingTimeTrigger(
      checkSpan('The interval of a ContinuousProcessingTimeTrigger', interval),
    );
  }

  override onElement(_element: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    if (context.getPartitionedState(NEXT).get() === undefined) {
      const now = context.getCurrentProcessingTime();
      this.registerNext(now - (now % this.intervalMs), window, context);
    }
    return TriggerResult.CONTINUE;
  }

  override onProcessingTime(timeMs: number, window: Window, context: TriggerContext): TriggerResult {
    const next = context.getPartitionedState(NEXT);
    if (next.get() !== timeMs) return TriggerResult.CONTINUE;
    next.clear();
    this.registerNext(timeMs, window, context);
    return TriggerResult.FIRE;
  }

  override onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override clear(_window: Window, context: TriggerContext): void {
    const next = context.getPartitionedState(NEXT);
    const timeMs = next.get();
    if (timeMs === undefined) return;
    context.deleteProcessingTimeTimer(timeMs);
    next.clear();
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(NEXT);
    const timeMs = context.getPartitionedState(NEXT).get();
    if (timeMs !== undefined) context.registerProcessingTimeTimer(timeMs);
  }

  private registerNext(after: number, window: Window, context: TriggerContext): void {
    const timeMs = Math.min(after + this.intervalMs, window.maxTimestamp());
    context.getPartitionedState(NEXT).add(timeMs);
    context.registerProcessingTimeTimer(timeMs);
  }
}
