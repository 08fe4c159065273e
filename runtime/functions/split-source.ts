/**
 * Sources that say themselves into which parts their input falls. Each subtask reads the splits whose number leaves its own number
 * when divided by the parallelism: the assignment is fixed, nobody takes over the splits of a slower subtask.
 */

import type { SourceContext } from './functions.js';

/** What a reader of a split gets to work with. */
export interface SplitContext {
  readonly subtask: number;
  readonly parallelism: number;
  /** Becomes true when the job is cancelled; reading should then end soon. */
  readonly isCancelled: boolean;
  /** Time that never goes back, from an arbitrary origin. */
  monotonicMs(): number;
  /** Resolves after the time, or at once on a cancel. */
  sleep(delayMs: number): Promise<void>;
}

export interface Source<T, S> {
  /** Whether reading all splits comes to an end. @default false */
  readonly bounded?: boolean;
  /** All splits, in the same order wherever it is asked. */
  splits(parallelism: number): readonly S[] | Promise<readonly S[]>;
  /** The records of a split, as a generator or another iterable. */
  read(split: S, context: SplitContext): Iterable<T> | AsyncIterable<T>;
}

/** A source context that keeps the event time of splits apart. */
export interface SplitSourceContext<T> extends SourceContext<T> {
  /** The records that follow are those of this split. */
  enterSplit(name: string): void;
  /** The split is over. */
  endSplit(name: string): void;
}

/** Whole numbers, both included. */
export interface NumberRange {
  readonly from: number;
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

/** Makes a record of each number from 0 to count-1; each subtask takes a contiguous share. */
export class DataGeneratorSource<T> implements Source<T, NumberRange> {
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
  }

  get bounded(): boolean {
    return this.count < Number.MAX_SAFE_INTEGER;
  }

  splits(parallelism: number): NumberRange[] {
    const each = Math.floor(this.count / parallelism);
    const extra = this.count % parallelism;
    return Array.from({ length: parallelism }, (_, n) => {
      const from = n * each + Math.min(n, extra);
      return { from, to: from + each - 1 + (n < extra ? 1 : 0) };
    });
  }

  read(range: NumberRange, context: SplitContext): Iterable<T> | AsyncIterable<T> {
    const { perSecond } = this.limit;
    return perSecond === Infinity
      ? this.all(range)
      : this.paced(range, perSecond / context.parallelism / 1000, context);
  }

  private *all({ from, to }: NumberRange): Generator<T> {
    for (let n = from; n <= to; n++) yield this.generate(n);
  }

  /** In portions: timers are too coarse for single records. What could not be taken in time is not made up for. */
  private async *paced({ from, to }: NumberRange, perMs: number, context: SplitContext): AsyncGenerator<T> {
    let due = 1;
    let lastMs = context.monotonicMs();
    for (let n = from; n <= to && !context.isCancelled;) {
      for (; due >= 1 && n <= to; due--) yield this.generate(n++);
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
