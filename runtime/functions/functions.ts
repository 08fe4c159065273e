/**
 * What users write: functions as plain lambdas or as classes. A class may extend a Rich… base to get `open`, `close` and
 * a runtime context. Names and meaning are Flink's.
 */

import type { MetricGroup } from './metrics.js';
import type { OutputTag } from './output-tag.js';
import type { KeyedStateStore } from './state/index.js';
import type { TimeDomain, TimerService } from './timers.js';
import type { Accumulator, DoubleCounter, Histogram, IntCounter, LongCounter } from './accumulators.js';

type Awaitable<T> = T | Promise<T>;

/** Takes what an operator emits. `collect` never blocks: what one input record fans out to is always accepted. */
export interface Collector<T> {
  collect(record: T): void;
}

/** What a running subtask knows about itself; behind `keyBy`, also the state of the key at hand. */
export interface RuntimeContext extends KeyedStateStore {
  readonly jobId: string;
  readonly jobName: string;
  readonly taskName: string;
  readonly indexOfThisSubtask: number;
  readonly numberOfParallelSubtasks: number;
  readonly maxNumberOfParallelSubtasks: number;
  /** How often the subtask was restarted. */
  readonly attemptNumber: number;
  readonly globalJobParameters: Readonly<Record<string, string>>;
  /** Reads a file that was shipped with the job, by its path in the job's working folder. */
  shippedFile(path: string): string;
  /**
   * Registers an accumulator of this subtask under a name that no other one of the task has.
   * @throws API_ACCUMULATOR when the name is taken, or the accumulator is none of Weft's kinds
   */
  addAccumulator<V, R>(name: string, accumulator: Accumulator<V, R>): void;
  /** The accumulator of that name; undefined when the task has none. */
  getAccumulator<V, R>(name: string): Accumulator<V, R> | undefined;
  /** The counter of that name, made at the first call. @throws API_ACCUMULATOR when the name belongs to another kind */
  getIntCounter(name: string): IntCounter;
  /** As `getIntCounter`. */
  getLongCounter(name: string): LongCounter;
  /** As `getIntCounter`. */
  getDoubleCounter(name: string): DoubleCounter;
  /** As `getIntCounter`. */
  getHistogram(name: string): Histogram;
  /** Where metrics of the function's operator are registered. */
  getMetricGroup(): MetricGroup;
}

/** The life cycle that every function class may take part in. */
export interface RichFunction {
  /** Called by the engine before `open`. */
  setRuntimeContext?(context: RuntimeContext): void;
  /** Before the first record. */
  open?(): Awaitable<void>;
  /** After the last record, and after a failure or a cancel. */
  close?(): Awaitable<void>;
}

/** Base of function classes that want their runtime context. */
export abstract class AbstractRichFunction implements RichFunction {
  private context: RuntimeContext | undefined;

  setRuntimeContext(context: RuntimeContext): void {
    this.context = context;
  }

  getRuntimeContext(): RuntimeContext {
    if (this.context === undefined) throw new Error('The runtime context is there from open() on.');
    return this.context;
  }

  open(): Awaitable<void> {}

  close(): Awaitable<void> {}
}

export interface MapFunction<T, R> {
  map(value: T): R;
}
export interface FilterFunction<T> {
  filter(value: T): boolean;
}
/** Emits by returning an iterable, or by calling the collector; both may be used. */
export interface FlatMapFunction<T, R> {
  flatMap(value: T, out: Collector<R>): Iterable<R> | void;
}
export interface ReduceFunction<T> {
  reduce(accumulated: T, value: T): T;
}
export interface KeySelector<T, K> {
  getKey(value: T): K;
}

export abstract class RichMapFunction<T, R> extends AbstractRichFunction implements MapFunction<T, R> {
  abstract map(value: T): R;
}
export abstract class RichFilterFunction<T> extends AbstractRichFunction implements FilterFunction<T> {
  abstract filter(value: T): boolean;
}
export abstract class RichFlatMapFunction<T, R> extends AbstractRichFunction implements FlatMapFunction<T, R> {
  abstract flatMap(value: T, out: Collector<R>): Iterable<R> | void;
}
export abstract class RichReduceFunction<T> extends AbstractRichFunction implements ReduceFunction<T> {
  abstract reduce(accumulated: T, value: T): T;
}

/** Emits to side outputs. */
export interface SideOutputs {
  /** Hands the value to whoever reads `getSideOutput(tag)`; it is dropped when nobody does. */
  output<X>(tag: OutputTag<X>, value: X): void;
}

export interface ProcessContext<K = undefined> extends SideOutputs {
  /** Event time of the record, epoch milliseconds; null if it has none. */
  timestamp(): number | null;
  /** The key of the record, on a keyed stream. */
  getCurrentKey(): K;
  currentProcessingTime(): number;
  /** Timers of the key of the record; on a stream without keys it only tells the time. */
  timerService(): TimerService;
}

/** What `onTimer` gets; `timestamp()` is the timer's if it is of event time. */
export interface OnTimerContext<K = undefined> extends ProcessContext<K> {
  /** The time in which the timer was set. */
  timeDomain(): TimeDomain;
}
export abstract class ProcessFunction<T, R> extends AbstractRichFunction {
  abstract processElement(value: T, context: ProcessContext, out: Collector<R>): void;
  /** A timer that `processElement` set, on a keyed stream. */
  onTimer?(timestampMs: number, context: OnTimerContext, out: Collector<R>): void;
}
export abstract class KeyedProcessFunction<K, T, R> extends AbstractRichFunction {
  abstract processElement(value: T, context: ProcessContext<K>, out: Collector<R>): void;
  /** A timer of the context's key that was set with its `timerService()`. */
  onTimer?(timestampMs: number, context: OnTimerContext<K>, out: Collector<R>): void;
}

/** What an imperative source emits to. */
export interface SourceContext<T> {
  /**
   * Emits a record. Await the result: it is a promise while there is no room downstream, else undefined.
   * (A source that never awaits is stopped with SOURCE_OVERRUN rather than filling the memory.)
   */
  collect(record: T): Promise<void> | undefined;
  /** As `collect`, with an event time in epoch milliseconds. */
  collectWithTimestamp(record: T, timestampMs: number): Promise<void> | undefined;
  /** No record with a timestamp up to this will follow. Smaller ones than before are ignored. */
  emitWatermark(watermarkMs: number): void;
  /** Nothing comes at the moment: who waits for several sources need not wait for this one. The next record ends it. */
  markAsTemporarilyIdle(): void;
  /** Becomes true when the job is cancelled; `run` should then return soon. */
  readonly isCancelled: boolean;
  /** Resolves after the time, or at once on a cancel. */
  sleep(delayMs: number): Promise<void>;
}

/** `run` is async and emits to its context, or a generator (sync or async) that yields records; both wait for room. */
export interface SourceFunction<T> {
  /** Whether it comes to an end by itself, as BATCH mode needs it. @default false */
  readonly bounded?: boolean;
  run(context: SourceContext<T>): Promise<void> | Iterable<T> | AsyncIterable<T>;
  cancel?(): void;
}
/** Marks a source that may run with a parallelism above 1. */
export interface ParallelSourceFunction<T> extends SourceFunction<T> {
  readonly parallel: true;
}
export abstract class RichSourceFunction<T> extends AbstractRichFunction implements SourceFunction<T> {
  abstract run(context: SourceContext<T>): Promise<void> | Iterable<T> | AsyncIterable<T>;
  cancel(): void {}
}
export abstract class RichParallelSourceFunction<T> extends RichSourceFunction<T> implements ParallelSourceFunction<T> {
  readonly parallel = true as const;
}

export interface SinkContext {
  timestamp(): number | null;
  currentProcessingTime(): number;
}
/** `invoke` may return a promise: the subtask then takes no further record until it is settled. */
export interface SinkFunction<T> {
  invoke(value: T, context: SinkContext): Awaitable<void>;
}
export abstract class RichSinkFunction<T> extends AbstractRichFunction implements SinkFunction<T> {
  abstract invoke(value: T, context: SinkContext): Awaitable<void>;
}

/** Chooses the channel of a record: 0 ≤ result < numPartitions. */
export interface Partitioner<K> {
  partition(key: K, numPartitions: number): number;
}
