/** What operators with windows do, and joins: part of `OperatorSpec`. */
import type {
  AggregateFunction,
  CoGroupFunction,
  Collector,
  Evictor,
  FlatJoinFunction,
  JoinFunction,
  ProcessJoinFunction,
  ProcessWindowContext,
  ReduceFunction,
  RichFunction,
  Trigger,
  Window,
  WindowAssigner,
} from '../functions/index.js';
import type { FieldAggregation, KeyFunction, UserFunction } from './operator-spec.js';

/** What windows hold of a key: all its records, or one value that grows with each of them. */
export type WindowContents =
  | { kind: 'list' }
  | { kind: 'reduce'; fn: UserFunction<ReduceFunction<unknown>> }
  | { kind: 'aggregate'; fn: UserFunction<AggregateFunction<unknown, unknown, unknown>> }
  | { kind: 'field'; aggregation: FieldAggregation };

/** Makes the results of a window, in the form of a `ProcessWindowFunction`. */
export interface WindowProcess {
  process(
    key: unknown,
    context: ProcessWindowContext<Window>,
    elements: Iterable<unknown>,
    out: Collector<unknown>,
  ): unknown;
  /** Left out when there is nothing to clear. */
  clear?: (context: ProcessWindowContext<Window>) => void;
  /** The program's function, which has its life cycle. */
  readonly lifecycle: RichFunction;
}

/** What windows of all operators have in common. */
export interface WindowSettings {
  assigner: WindowAssigner<unknown, Window>;
  /** Undefined: the assigner's default. */
  trigger: Trigger<unknown, Window> | undefined;
  evictor: Evictor<unknown> | undefined;
  /** How long behind its end a window still takes records. */
  allowedLatenessMs: number;
}

/** A window operator of a keyed stream. */
export interface WindowSpec extends WindowSettings {
  type: 'window';
  key: KeyFunction;
  contents: WindowContents;
  /** Undefined: what the window holds is the result. */
  process: WindowProcess | undefined;
  /** The id of the tag that takes records which come too late; undefined: they are counted and dropped. */
  lateTag: string | undefined;
}

/** What becomes of the records of two streams that have key and window in common. */
export type GroupProcess =
  /** One result for each pair. */
  | { kind: 'pairs'; fn: UserFunction<JoinFunction<unknown, unknown, unknown>> }
  | { kind: 'flatPairs'; fn: UserFunction<FlatJoinFunction<unknown, unknown, unknown>> }
  | { kind: 'groups'; fn: UserFunction<CoGroupFunction<unknown, unknown, unknown>> };

/** Two streams that meet in windows. */
export interface WindowJoinSpec extends WindowSettings {
  type: 'windowJoin';
  /** Of the first and of the second input. */
  keys: readonly [KeyFunction, KeyFunction];
  group: GroupProcess;
}

/** Two streams whose records meet when their times are not far apart. */
export interface IntervalJoinSpec {
  type: 'intervalJoin';
  fn: UserFunction<ProcessJoinFunction<unknown, unknown, unknown>>;
  keys: readonly [KeyFunction, KeyFunction];
  /** Right minus left: from here to there, both included. */
  lowerMs: number;
  upperMs: number;
  /** The ids of the tags that take late records of each input. */
  lateTags: readonly [string | undefined, string | undefined];
}
