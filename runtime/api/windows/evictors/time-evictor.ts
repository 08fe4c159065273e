import type { Evictor, TimestampedValue } from '../../../functions/index.js';
import type { Duration } from '../../checks.js';
import { checkSpan } from '../sizes.js';
import { keepOnly } from './keep-only.js';

/** Keeps the records that are less than a time older than the latest one. */
export class TimeEvictor implements Evictor<unknown> {
  private constructor(
    private readonly windowMs: number,
    private readonly doEvictAfter: boolean,
  ) {}

  /** @param doEvictAfter takes the others out behind the function instead of before it @throws API_BAD_ARGUMENT */
  static of(windowSize: Duration, doEvictAfter = false): TimeEvictor {
    return new TimeEvictor(checkSpan('The time of a TimeEvictor', windowSize), doEvictAfter);
  }

  evictBefore(elements: TimestampedValue<unknown>[]): void {
    if (!this.doEvictAfter) this.evict(elements);
  }

  evictAfter(elements: TimestampedValue<unknown>[]): void {
    if (this.doEvictAfter) this.evict(elements);
  }

  /** Records without a time are all kept. */
  private evict(elements: TimestampedValue<unknown>[]): void {
    if (elements[0] === undefined || elements[0].timestamp === null) return;
    const latest = elements.reduce((max, { timestamp }) => Math.max(max, timestamp ?? -Infinity), -Infinity);
    const cutoff = latest - this.windowMs;
    keepOnly(elements, ({ timestamp }) => (timestamp ?? -Infinity) > cutoff);
  }
}
