/** What the methods of windowed and joined streams accept as a function. */
import type {
  AllWindowFunction,
  CoGroupFunction,
  Collector,
  FlatJoinFunction,
  JoinFunction,
  ProcessJoinContext,
  ProcessWindowContext,
  Window,
  WindowFunction,
} from '../../functions/index.js';

/** The shape of `ProcessWindowFunction`; the class adds `open` and `close`. */
export interface ProcessWindow<T, R, K, W extends Window> {
  process(key: K, context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>): void;
  clear?(context: ProcessWindowContext<W>): void;
}
export type ProcessWindowInput<T, R, K, W extends Window> =
  | ((key: K, context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>) => void)
  | ProcessWindow<T, R, K, W>;

/** The shape of `ProcessAllWindowFunction`. */
export interface ProcessAllWindow<T, R, W extends Window> {
  process(context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>): void;
  clear?(context: ProcessWindowContext<W>): void;
}
export type ProcessAllWindowInput<T, R, W extends Window> =
  ((context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>) => void) | ProcessAllWindow<T, R, W>;

export type WindowInput<T, R, K, W extends Window> =
  ((key: K, window: W, values: Iterable<T>, out: Collector<R>) => void) | WindowFunction<T, R, K, W>;
export type AllWindowInput<T, R, W extends Window> =
  ((window: W, values: Iterable<T>, out: Collector<R>) => void) | AllWindowFunction<T, R, W>;

/** With two parameters the function returns the result of a pair; with three it emits what it likes. */
export type JoinInput<A, B, R> = ((first: A, second: B) => R) | JoinFunction<A, B, R>;
export type FlatJoinInput<A, B, R> = ((first: A, second: B, out: Collector<R>) => void) | FlatJoinFunction<A, B, R>;
export type CoGroupInput<A, B, R> =
  ((first: Iterable<A>, second: Iterable<B>, out: Collector<R>) => void) | CoGroupFunction<A, B, R>;

/** The shape of `ProcessJoinFunction`. */
export interface ProcessJoin<A, B, R> {
  processElement(left: A, right: B, context: ProcessJoinContext, out: Collector<R>): void;
}
export type ProcessJoinInput<A, B, R> =
  ((left: A, right: B, context: ProcessJoinContext, out: Collector<R>) => void) | ProcessJoin<A, B, R>;
