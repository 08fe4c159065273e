import type { Evictor, TimestampedValue } from '../../../functions/index.js';
import { syncFunction } from '../../functions/user-function.js';
import { checkThreshold, type DeltaFunction, type DeltaInput } from '../triggers/delta-trigger.js';
import { keepOnly } from './keep-only.js';

/** Keeps the records whose distance to the latest one is below a threshold. */
export class DeltaEvictor<T> implements Evictor<T> {
  private constructor(
    private readonly threshold: number,
    private readonly delta: DeltaFunction<T>,
    private readonly doEvictAfter: boolean,
  ) {}

  /**
   * @param doEvictAfter takes the others out behind the function instead of before it
   * @throws API_BAD_ARGUMENT, API_BAD_FUNCTION
   */
  static of<T>(threshold: number, delta: DeltaInput<T>, doEvictAfter = false): DeltaEvictor<T> {
    return new DeltaEvictor(
      checkThreshold('DeltaEvictor', threshold),
      syncFunction<DeltaFunction<T>>('DeltaEvictor.of', 'getDelta', delta),
      doEvictAfter,
    );
  }

  evictBefore(elements: TimestampedValue<T>[]): void {
    if (!this.doEvictAfter) this.evict(elements);
  }

  evictAfter(elements: TimestampedValue<T>[]): void {
    if (this.doEvictAfter) this.evict(elements);
  }

  private evict(elements: TimestampedValue<T>[]): void {
    const last = elements.at(-1);
    if (last === undefined) return;
    keepOnly(elements, ({ value }) => !(this.delta.getDelta(value, last.value) >= this.threshold));
  }
}
