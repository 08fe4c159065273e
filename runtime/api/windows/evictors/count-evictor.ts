import type { Evictor, TimestampedValue } from '../../../functions/index.js';
import { checkInteger } from '../../checks.js';

/** Keeps the latest records, so many of them. */
export class CountEvictor implements Evictor<unknown> {
  private constructor(
    private readonly maxCount: number,
    private readonly doEvictAfter: boolean,
  ) {}

  /** @param doEvictAfter takes the others out behind the function instead of before it @throws API_BAD_ARGUMENT */
  static of(maxCount: number, doEvictAfter = false): CountEvictor {
    return new CountEvictor(checkInteger('The count of a CountEvictor', maxCount, 0), doEvictAfter);
  }

  evictBefore(elements: TimestampedValue<unknown>[]): void {
    if (!this.doEvictAfter) this.evict(elements);
  }

  evictAfter(elements: TimestampedValue<unknown>[]): void {
    if (this.doEvictAfter) this.evict(elements);
  }

  private evict(elements: TimestampedValue<unknown>[]): void {
    if (elements.length > this.maxCount) elements.splice(0, elements.length - this.maxCount);
  }
}
