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

/** Fires each time the watermark passes a multiple of the interval, and at the end of the window. */
export class ContinuousEventTimeTrigger extends Trigger<unknown, Window> {
  private constructor(private readonly intervalMs: number) {
    super();
  }

  /** @throws API_BAD_ARGUMENT */
  static of(interval: Duration): ContinuousEventTimeTrigger {
    return new ContinuousEventTimeTrigger(checkSpan('The interval of a ContinuousEventTimeTrigger', interval));
  }

  override onElement(_element: unknown, timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    const last = window.maxTimestamp();
    if (last <= context.getCurrentWatermark()) return TriggerResult.FIRE;
    context.registerEventTimeTimer(last);
    if (context.getPartitionedState(NEXT).get() === undefined) {
      this.registerNext(timestamp - (timestamp % this.intervalMs), window, context);
    }
    return TriggerResult.CONTINUE;
  }

  override onEventTime(timeMs: number, window: Window, context: TriggerContext): TriggerResult {
    if (timeMs === window.maxTimestamp()) return TriggerResult.FIRE;
    const next = context.getPartitionedState(NEXT);
    if (next.get() !== timeMs) return TriggerResult.CONTINUE;
    next.clear();
    this.registerNext(timeMs, window, context);
    return TriggerResult.FIRE;
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override clear(_window: Window, context: TriggerContext): void {
    const next = context.getPartitionedState(NEXT);
    const timeMs = next.get();
    if (timeMs === undefined) return;
    context.deleteEventTimeTimer(timeMs);
    next.clear();
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(NEXT);
    const timeMs = context.getPartitionedState(NEXT).get();
    if (timeMs !== undefined) context.registerEventTimeTimer(timeMs);
  }

  private registerNext(after: number, window: Window, context: TriggerContext): void {
    const timeMs = Math.min(after + this.intervalMs, window.maxTimestamp());
    context.getPartitionedState(NEXT).add(timeMs);
    context.registerEventTimeTimer(timeMs);
  }
}
