import {
  AscendingTimestampsWatermarks,
  BoundedOutOfOrdernessWatermarks,
  NoWatermarksGenerator,
  type TimestampAssigner,
  type TimestampAssignerInput,
  type WatermarkGenerator,
  type WatermarkGeneratorContext,
} from '../../functions/index.js';
import type { WatermarkSpec } from '../../graph/operator-spec.js';
import { apiError } from '../api-error.js';
import { checkName, durationMs, type Duration } from '../checks.js';
import { syncFunction } from '../functions/user-function.js';

/** Where the timestamps of a stream come from, and how its watermarks are made. Every method gives a new strategy. */
export class WatermarkStrategy<T> {
  declare protected readonly takes: (record: T) => void;

  private constructor(private readonly spec: WatermarkSpec) {}

  /** The watermark stays so far behind the largest timestamp: max − bound − 1 ms. */
  static forBoundedOutOfOrderness<T>(bound: Duration): WatermarkStrategy<T> {
    const boundMs = durationMs('The bound of forBoundedOutOfOrderness()', bound);
    return WatermarkStrategy.forGenerator<T>(() => new BoundedOutOfOrdernessWatermarks(boundMs));
  }

  /** For streams whose timestamps only grow. */
  static forMonotonousTimestamps<T>(): WatermarkStrategy<T> {
    return WatermarkStrategy.forGenerator<T>(() => new AscendingTimestampsWatermarks());
  }

  /** No watermarks: for streams that only know processing time. */
  static noWatermarks<T>(): WatermarkStrategy<T> {
    return WatermarkStrategy.forGenerator<T>(() => new NoWatermarksGenerator());
  }

  /** A generator of the program's own; one is made for each subtask, and for each split of a source. */
  static forGenerator<T>(make: (context: WatermarkGeneratorContext) => WatermarkGenerator<T>): WatermarkStrategy<T> {
    if (typeof make !== 'function') {
      throw apiError('API_BAD_FUNCTION', 'forGenerator() needs a function that makes a generator.');
    }
    return new WatermarkStrategy<T>({ makeGenerator: make });
  }

  /** Reads the event time of a record, epoch milliseconds. Left out: the one that the source gave it. */
  withTimestampAssigner<U extends T = T>(assigner: TimestampAssignerInput<U>): WatermarkStrategy<U> {
    const given = syncFunction<TimestampAssigner<unknown>>('withTimestampAssigner', 'extractTimestamp', assigner);
    return this.with<U>({ extractTimestamp: (element, before) => given.extractTimestamp(element, before) });
  }

  /** A subtask or split from which nothing came for so long does not hold the others back. */
  withIdleness(timeout: Duration): WatermarkStrategy<T> {
    const idleAfterMs = durationMs('The timeout of withIdleness()', timeout);
    if (idleAfterMs === 0) throw apiError('API_BAD_ARGUMENT', 'The timeout of withIdleness() must be more than 0.');
    return this.with<T>({ idleAfterMs });
  }

  /**
   * No source of the group runs further ahead of the one furthest behind than the drift: its subtasks pause, or those of its
   * splits that are ahead. For `fromSource`. A source from which nothing comes holds the group back unless it is idle.
   * @param updateInterval how often the sources of the group hear of each other @default 1 s
   */
  withWatermarkAlignment(group: string, maxDrift: Duration, updateInterval: Duration = 1000): WatermarkStrategy<T> {
    const updateIntervalMs = durationMs('The interval of withWatermarkAlignment()', updateInterval);
    if (updateIntervalMs === 0) {
      throw apiError('API_BAD_ARGUMENT', 'The interval of withWatermarkAlignment() must be more than 0.');
    }
    const maxDriftMs = durationMs('The drift of withWatermarkAlignment()', maxDrift);
    const alignment = {
      ...{ group: checkName('The group of withWatermarkAlignment()', group), maxDriftMs, updateIntervalMs },
    };
    return this.with<T>({ alignment });
  }

  /**
   * Records whose timestamp is further ahead of the clock than this do not move the watermark: one wrong record does not make
   * all others late. They keep their timestamp, and a warning is logged.
   */
  withFutureBound(bound: Duration): WatermarkStrategy<T> {
    return this.with<T>({ futureBoundMs: durationMs('The bound of withFutureBound()', bound) });
  }

  /** What the operator is made of. */
  toSpec(): WatermarkSpec {
    return this.spec;
  }

  private with<U>(change: Partial<WatermarkSpec>): WatermarkStrategy<U> {
    return new WatermarkStrategy<U>({ ...this.spec, ...change });
  }
}

/** @throws API_BAD_ARGUMENT */
export function strategyOf(caller: string, given: unknown): WatermarkSpec {
  if (given instanceof WatermarkStrategy) return given.toSpec();
  throw apiError('API_BAD_ARGUMENT', `${caller}() needs a WatermarkStrategy, such as forBoundedOutOfOrderness(…).`);
}

/** For a stream, which cannot make its source wait. @throws API_BAD_ARGUMENT */
export function strategyOfStream(caller: string, given: unknown): WatermarkSpec {
  const spec = strategyOf(caller, given);
  if (spec.alignment === undefined) return spec;
  throw apiError('API_BAD_ARGUMENT', `${caller}() cannot align watermarks: give the strategy to fromSource().`);
}
