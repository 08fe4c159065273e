/** What users write for windows and joins. */
import { AbstractRichFunction, type Collector, type SideOutputs } from '../functions.js';
import type { Window } from './window.js';

/** All records of a window, or its one aggregate, at once. */
export interface WindowFunction<T, R, K, W extends Window> {
  apply(key: K, window: W, values: Iterable<T>, out: Collector<R>): void;
}
export abstract class RichWindowFunction<T, R, K, W extends Window>
  extends AbstractRichFunction
  implements WindowFunction<T, R, K, W>
{
  abstract apply(key: K, window: W, values: Iterable<T>, out: Collector<R>): void;
}

/** As `WindowFunction`, of a stream without keys. */
export interface AllWindowFunction<T, R, W extends Window> {
  apply(window: W, values: Iterable<T>, out: Collector<R>): void;
}
export abstract class RichAllWindowFunction<T, R, W extends Window>
  extends AbstractRichFunction
  implements AllWindowFunction<T, R, W>
{
  abstract apply(window: W, values: Iterable<T>, out: Collector<R>): void;
}

/** Combines a record of one stream with one of the other. */
export interface JoinFunction<A, B, R> {
  join(first: A, second: B): R;
}
/** As `JoinFunction`, with any number of results. */
export interface FlatJoinFunction<A, B, R> {
  join(first: A, second: B, out: Collector<R>): void;
}
/** The records of both streams that share key and window; one of the two may be empty. */
export interface CoGroupFunction<A, B, R> {
  coGroup(first: Iterable<A>, second: Iterable<B>, out: Collector<R>): void;
}

/** What a `ProcessJoinFunction` is told with each pair. */
export interface ProcessJoinContext extends SideOutputs {
  /** Event time of the left record, epoch milliseconds. */
  getLeftTimestamp(): number;
  getRightTimestamp(): number;
  /** The later of the two: the event time of what is emitted. */
  getTimestamp(): number;
}
/** Sees each pair that an interval join finds. */
export abstract class ProcessJoinFunction<A, B, R> extends AbstractRichFunction {
  abstract processElement(left: A, right: B, context: ProcessJoinContext, out: Collector<R>): void;
}
