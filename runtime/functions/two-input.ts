/** Functions over two connected streams. */
import { AbstractRichFunction, type Collector, type OnTimerContext, type ProcessContext } from './functions.js';

export interface CoMapFunction<A, B, R> {
  map1(value: A): R;
  map2(value: B): R;
}
/** Emits by returning an iterable, or by calling the collector; both may be used. */
export interface CoFlatMapFunction<A, B, R> {
  flatMap1(value: A, out: Collector<R>): Iterable<R> | void;
  flatMap2(value: B, out: Collector<R>): Iterable<R> | void;
}

export abstract class RichCoMapFunction<A, B, R> extends AbstractRichFunction implements CoMapFunction<A, B, R> {
  abstract map1(value: A): R;
  abstract map2(value: B): R;
}
export abstract class RichCoFlatMapFunction<A, B, R>
  extends AbstractRichFunction
  implements CoFlatMapFunction<A, B, R>
{
  abstract flatMap1(value: A, out: Collector<R>): Iterable<R> | void;
  abstract flatMap2(value: B, out: Collector<R>): Iterable<R> | void;
}
export abstract class CoProcessFunction<A, B, R> extends AbstractRichFunction {
  abstract processElement1(value: A, context: ProcessContext, out: Collector<R>): void;
  abstract processElement2(value: B, context: ProcessContext, out: Collector<R>): void;
  /** A timer that one of them set, on streams with keys. */
  onTimer?(timestampMs: number, context: OnTimerContext, out: Collector<R>): void;
}
/** Both streams are grouped by keys of the same type: what belongs to one key meets in one subtask. */
export abstract class KeyedCoProcessFunction<K, A, B, R> extends AbstractRichFunction {
  abstract processElement1(value: A, context: ProcessContext<K>, out: Collector<R>): void;
  abstract processElement2(value: B, context: ProcessContext<K>, out: Collector<R>): void;
  /** A timer of the context's key that one of them set. */
  onTimer?(timestampMs: number, context: OnTimerContext<K>, out: Collector<R>): void;
}
