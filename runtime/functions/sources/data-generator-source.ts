import { IteratingReader } from './iterating-reader.js';
import type { SourceReader, SourceReaderContext } from './source-reader.js';
import type { Boundedness, Source, SourceSplit } from './source.js';
import type { SplitEnumerator, SplitEnumeratorContext } from './split-enumerator.js';
import { StaticSplitEnumerator } from './static-split-enumerator.js';

/** Whole numbers that are still to be emitted, both included. */
export interface NumberRange extends SourceSplit {
  from: number;
  readonly to: number;
}

/** How fast a source may emit. */
export interface RateLimit {
  /** Records a second over all subtasks; Infinity = as fast as they are taken. */
  readonly perSecond: number;
}

/** Strategies for `DataGeneratorSource`. */
export const RateLimiterStrategy = {
  /** @throws RangeError unless the rate is above 0 */
  perSecond(records: number): RateLimit {
    if (!(records > 0)) throw new RangeError(`A rate is a number above 0, not ${records}.`);
    return { perSecond: records };
  },
  noOp(): RateLimit {
    return { perSecond: Infinity };
  },
} as const;

/** Makes a record of each number from 0 to count-1; there are as many contiguous shares as subtasks. */
export class DataGeneratorSource<T> implements Source<T, NumberRange, readonly NumberRange[]> {
  readonly boundedness: Boundedness;

  /**
   * @param generate makes the record of a number
   * @param count how many; Number.MAX_SAFE_INTEGER for a stream without an end
   * @throws RangeError when the count is no whole number from 0
   */
  constructor(
    private readonly generate: (index: number) => T,
    private readonly count: number,
    private readonly limit: RateLimit = RateLimiterStrategy.noOp(),
  ) {
    if (!Number.isSafeInteger(count) || count < 0)
      throw new RangeError(`A count is a whole number from 0, not ${count}.`);
    this.boundedness = count === Number.MAX_SAFE_INTEGER ? 'CONTINUOUS_UNBOUNDED' : 'BOUNDED';
  }

  createEnumerator(
    context: SplitEnumeratorContext<NumberRange>,
    restored: readonly NumberRange[] | undefined,
  ): SplitEnumerator<NumberRange, readonly NumberRange[]> {
    return new StaticSplitEnumerator(context, restored ?? this.ranges(context.currentParallelism));
  }

  createReader(context: SourceReaderContext): SourceReader<T, NumberRange> {
    const { perSecond } = this.limit;
    const perMs = perSecond / context.parallelism / 1000;
    return new IteratingReader(context, (range) =>
      perSecond === Infinity ? this.all(range) : this.paced(range, perMs, context),
    );
  }

  private ranges(parallelism: number): NumberRange[] {
    const each = Math.floor(this.count / parallelism);
    const extra = this.count % parallelism;
    return Array.from({ length: parallelism }, (_, n) => {
      const from = n * each + Math.min(n, extra);
      return { splitId: String(n), from, to: from + each - 1 + (n < extra ? 1 : 0) };
    });
  }

  private *all(range: NumberRange): Generator<T> {
    while (range.from <= range.to) yield this.generate(range.from++);
  }

  /** In portions: timers are too coarse for single records. What could not be taken in time is not made up for. */
  private async *paced(range: NumberRange, perMs: number, context: SourceReaderContext): AsyncGenerator<T> {
    let due = 1;
    let lastMs = context.monotonicMs();
    while (range.from <= range.to && !context.isCancelled) {
      for (; due >= 1 && range.from <= range.to; due--) yield this.generate(range.from++);
      await context.sleep(PACE_MS);
      const nowMs = context.monotonicMs();
      due += Math.min(nowMs - lastMs, LONGEST_PORTION_MS) * perMs;
      lastMs = nowMs;
    }
  }
}

/** Between two portions of a source with a rate limit. */
const PACE_MS = 5;
/** A source that was held up goes on with no more than what this time allows. */
const LONGEST_PORTION_MS = 100;
