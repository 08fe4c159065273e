/** What the methods of a stream accept as a function: a lambda, a plain object with the method, or a rich class. */
import type {
  AsyncFunction,
  BroadcastContext,
  BroadcastTimerContext,
  CoFlatMapFunction,
  CoMapFunction,
  Collector,
  FilterFunction,
  FlatMapFunction,
  KeyedBroadcastContext,
  KeyedReadOnlyBroadcastContext,
  KeySelector,
  MapFunction,
  OnTimerContext,
  ParallelSourceFunction,
  Partitioner,
  ProcessContext,
  ReadOnlyBroadcastContext,
  ReduceFunction,
  ResultFuture,
  SinkContext,
  SinkFunction,
  Source,
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
/** A source that says itself how event time is read from its records. */
export interface SourceWithStrategy<T> extends Source<T> {
  /** A `WatermarkStrategy`. */
  readonly watermarkStrategy?: object | undefined;
}

/** An async function that emits to its context, a generator (sync or async), or an object with such a `run`. */
export type SourceInput<T> =
  | ((context: SourceContext<T>) => Promise<void> | Iterable<T> | AsyncIterable<T>)
  | SourceFunction<T>
  | ParallelSourceFunction<T>;

/** The shape of ProcessFunction (K = undefined) and KeyedProcessFunction; the classes add `open` and `close`. */
export interface ProcessElement<K, T, R> {
  processElement(value: T, context: ProcessContext<K>, out: Collector<R>): void;
  onTimer?(timestampMs: number, context: OnTimerContext<K>, out: Collector<R>): void;
}
export type ProcessInput<K, T, R> =
  ((value: T, context: ProcessContext<K>, out: Collector<R>) => void) | ProcessElement<K, T, R>;

/** The shape of BroadcastProcessFunction. */
export interface BroadcastProcess<IN, B, R> {
  processElement(value: IN, context: ReadOnlyBroadcastContext, out: Collector<R>): void;
  processBroadcastElement(value: B, context: BroadcastContext, out: Collector<R>): void;
}
/** The shape of KeyedBroadcastProcessFunction. */
export interface KeyedBroadcastProcess<K, IN, B, R> {
  processElement(value: IN, context: KeyedReadOnlyBroadcastContext<K>, out: Collector<R>): void;
  processBroadcastElement(value: B, context: KeyedBroadcastContext<K>, out: Collector<R>): void;
  onTimer?(timestampMs: number, context: BroadcastTimerContext<K>, out: Collector<R>): void;
}

/** The shape of CoProcessFunction (K = undefined) and KeyedCoProcessFunction. */
export interface CoProcessElement<K, A, B, R> {
  processElement1(value: A, context: ProcessContext<K>, out: Collector<R>): void;
  processElement2(value: B, context: ProcessContext<K>, out: Collector<R>): void;
  onTimer?(timestampMs: number, context: OnTimerContext<K>, out: Collector<R>): void;
}
/** A function over two streams: an object with both methods, or a lambda for each stream. */
export type TwoMaps<A, B, R> = [fn: CoMapFunction<A, B, R>] | [first: (value: A) => R, second: (value: B) => R];
type FlatMapLambda<T, R> = (value: T, out: Collector<R>) => Iterable<R> | void;
/** As `TwoMaps`. */
export type TwoFlatMaps<A, B, R> =
  [fn: CoFlatMapFunction<A, B, R>] | [first: FlatMapLambda<A, R>, second: FlatMapLambda<B, R>];
type ProcessLambda<K, T, R> = (value: T, context: ProcessContext<K>, out: Collector<R>) => void;
/** As `TwoMaps`, in lambdas only. */
export type TwoProcesses<K, A, B, R> = [first: ProcessLambda<K, A, R>, second: ProcessLambda<K, B, R>];

/** Gives a promise of an array of results, or hands them to the future. */
export type AsyncInput<T, R> =
  ((value: T, future: ResultFuture<R>) => Promise<readonly R[]> | void) | AsyncFunction<T, R>;
