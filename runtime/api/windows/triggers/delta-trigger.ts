import {
  Trigger,
  TriggerResult,
  ValueStateDescriptor,
  type TriggerContext,
  type Window,
} from '../../../functions/index.js';
import { apiError } from '../../api-error.js';
import { syncFunction } from '../../functions/user-function.js';

/** How far apart two records are. */
export interface DeltaFunction<T> {
  getDelta(oldDataPoint: T, newDataPoint: T): number;
}
export type DeltaInput<T> = ((oldDataPoint: T, newDataPoint: T) => number) | DeltaFunction<T>;

/** Fires when a record is further than the threshold from the one that fired last (at first: from the first record). */
export class DeltaTrigger<T> extends Trigger<T, Window> {
  private readonly last = new ValueStateDescriptor<T>('last-element');

  private constructor(
    private readonly threshold: number,
    private readonly delta: DeltaFunction<T>,
  ) {
    super();
  }

  /** @throws API_BAD_ARGUMENT, API_BAD_FUNCTION */
  static of<T>(threshold: number, delta: DeltaInput<T>): DeltaTrigger<T> {
    return new DeltaTrigger(
      checkThreshold('DeltaTrigger', threshold),
      syncFunction<DeltaFunction<T>>('DeltaTrigger.of', 'getDelta', delta),
    );
  }

  override onElement(element: T, _timestamp: number, _window: Window, context: TriggerContext): TriggerResult {
    const state = context.getPartitionedState(this.last);
    const last = state.value();
    if (last === undefined || last === null) {
      state.update(element);
      return TriggerResult.CONTINUE;
    }
    if (!(this.delta.getDelta(last, element) > this.threshold)) return TriggerResult.CONTINUE;
    state.update(element);
    return TriggerResult.FIRE;
  }

  override onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override clear(_window: Window, context: TriggerContext): void {
    context.getPartitionedState(this.last).clear();
  }
}

/** @throws API_BAD_ARGUMENT */
export function checkThreshold(owner: string, threshold: number): number {
  if (typeof threshold === 'number' && !Number.isNaN(threshold)) return threshold;
  throw apiError('API_BAD_ARGUMENT', `The threshold of a ${owner} must be a number, not ${String(threshold)}.`);
}
