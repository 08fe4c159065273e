import { OutputTag, type ProcessJoinFunction } from '../../functions/index.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import { apiError } from '../api-error.js';
import { signedDurationMs, type Duration } from '../checks.js';
import { syncFunction } from '../functions/user-function.js';
import type { ProcessJoinInput } from '../windows/window-inputs.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { TwoStreams } from './two-stream-windows.js';

/** Two keyed streams whose records meet when their times are not far apart: `a.intervalJoin(b).between(…).process(…)`. */
export class IntervalJoin<A, B> {
  declare protected readonly types: [A, B];

  /** Made by `intervalJoin`. */
  constructor(
    private readonly streams: TwoStreams,
    private readonly keys: readonly [KeyFunction, KeyFunction],
  ) {}

  /**
   * A record of the left stream meets those of the right one with the same key and a time from its own + `lower` to its own +
   * `upper`, both included.
   * @param lower may be negative, and so may `upper`
   * @throws API_BAD_ARGUMENT
   */
  between(lower: Duration, upper: Duration): IntervalJoined<A, B> {
    const lowerMs = signedDurationMs('The lower bound of between()', lower);
    const upperMs = signedDurationMs('The upper bound of between()', upper);
    return new IntervalJoined<A, B>(this.streams, this.keys, lowerMs, upperMs);
  }
}

/** An interval join that knows its bounds. */
export class IntervalJoined<A, B> {
  declare protected readonly types: [A, B];
  private readonly lateTags: [string | undefined, string | undefined] = [undefined, undefined];
  private lowerExclusive = false;
  private upperExclusive = false;

  /** Made by `between`. */
  constructor(
    private readonly streams: TwoStreams,
    private readonly keys: readonly [KeyFunction, KeyFunction],
    private readonly lowerMs: number,
    private readonly upperMs: number,
  ) {}

  /** The lower bound itself does not belong to the interval. */
  lowerBoundExclusive(): this {
    this.lowerExclusive = true;
    return this;
  }

  /** The upper bound itself does not belong to the interval. */
  upperBoundExclusive(): this {
    this.upperExclusive = true;
    return this;
  }

  /** Takes the records of the left stream that come behind the watermark, which are dropped otherwise. */
  sideOutputLeftLateData(tag: OutputTag<A>): this {
    this.lateTags[0] = tagId('sideOutputLeftLateData', tag);
    return this;
  }

  /** As `sideOutputLeftLateData`, of the right stream. */
  sideOutputRightLateData(tag: OutputTag<B>): this {
    this.lateTags[1] = tagId('sideOutputRightLateData', tag);
    return this;
  }

  /** Sees each pair. What it emits has the later of the two times. @throws API_BAD_ARGUMENT when the interval is empty */
  process<R>(fn: ProcessJoinInput<A, B, R>): SingleOutputStreamOperator<R> {
    const lowerMs = this.lowerMs + (this.lowerExclusive ? 1 : 0);
    const upperMs = this.upperMs - (this.upperExclusive ? 1 : 0);
    if (lowerMs > upperMs) {
      throw apiError('API_BAD_ARGUMENT', `The interval of a join must not be empty: ${lowerMs} ms to ${upperMs} ms.`);
    }
    const { context, first, second } = this.streams;
    const inputs = [first, second].flatMap((side, inputIndex) => side.map((input) => ({ ...input, inputIndex })));
    return context.operator(inputs, {
      name: 'Interval Join',
      pact: 'Operator',
      operator: {
        type: 'intervalJoin',
        fn: syncFunction<ProcessJoinFunction<unknown, unknown, unknown>>('process', 'processElement', fn),
        ...{ keys: this.keys, lowerMs, upperMs, lateTags: this.lateTags },
      },
      chainingStrategy: 'ALWAYS',
      parallelism: undefined,
    });
  }
}

function tagId(caller: string, tag: unknown): string {
  if (tag instanceof OutputTag) return tag.id;
  throw apiError('API_BAD_ARGUMENT', `${caller}() was given something else than an OutputTag.`);
}
