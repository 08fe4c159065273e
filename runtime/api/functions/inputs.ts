/** What the methods of a stream accept as a function: a lambda, a plain object with the method, or a rich class. */
import type {
  Collector,
  FilterFunction,
  FlatMapFunction,
  KeySelector,
  MapFunction,
  ParallelSourceFunction,
  Partitioner,
  ProcessContext,
  ReduceFunction,
  SinkContext,
  SinkFunction,
  SourceContext,
  SourceFunction,
} from '../../functions/index.js';

export type MapInput<T, R> = ((value: T) => R) | MapFunction<T, R>;
export type FilterInput<T> = ((value: T) => boolean) | FilterFunction<T>;
/** Returns an iterable of results, or hands them to the collector. */
export type FlatMapInput<T, R> = ((value: T, out: Collector<R>) => Iterable<R> | void) | FlatMapFunction<T, R>;
export type ReduceInput<T> = ((accumulated: T, value: T) => T) | ReduceFunction<T>;
export type KeyInput<T, K> = ((value: T) => K) | KeySelector<T, K>;
export type PartitionerInput<K> = ((key: K, numPartitions: number) => number) | Partitioner<K>;
export type SinkInput<T> = ((value: T, context: SinkContext) => void | Promise<void>) | SinkFunction<T>;
/** An async function that emits to its context, a generator (sync or async), or an object with such a `run`. */
export type SourceInput<T> =
  | ((context: SourceContext<T>) => Promise<void> | Iterable<T> | AsyncIterable<T>)
  | SourceFunction<T>
  | ParallelSourceFunction<T>;

/** The shape of ProcessFunction (K = undefined) and KeyedProcessFunction; the classes add `open` and `close`. */
export interface ProcessElement<K, T, R> {
  processElement(value: T, context: ProcessContext<K>, out: Collector<R>): void;
}
export type ProcessInput<K, T, R> =
  ((value: T, context: ProcessContext<K>, out: Collector<R>) => void) | ProcessElement<K, T, R>;
