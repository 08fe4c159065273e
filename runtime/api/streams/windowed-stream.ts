import type { AggregateFunction, Window, WindowFunction } from '../../functions/index.js';
import type { ReduceInput } from '../functions/inputs.js';
import type { ProcessWindowInput, WindowInput } from '../windows/window-inputs.js';
import { applyProcess, windowProcess } from '../windows/window-process.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import { Windows } from './windows.js';

/** The windows of a keyed stream: each key has its own. */
export class WindowedStream<T, K, W extends Window> extends Windows<T, W> {
  declare protected readonly keyType: K;

  /**
   * Combines the records of a window two at a time: nothing else is kept of them. Windows that overlap share what they have in
   * common, so the function must not mind how records are grouped.
   * @param process makes the results of the value that is left
   */
  reduce(fn: ReduceInput<T>): SingleOutputStreamOperator<T>;
  reduce<R>(
    fn: ReduceInput<T>,
    process: ProcessWindowInput<T, R, K, W> | WindowFunction<T, R, K, W>,
  ): SingleOutputStreamOperator<R>;
  reduce<R>(fn: unknown, process?: unknown): SingleOutputStreamOperator<R> {
    return this.reduceWith(fn, process);
  }

  /**
   * Keeps an accumulator of each window. With `merge`, windows that overlap share what they have in common; sessions need it.
   * @param process makes the results of what `getResult` gives
   */
  aggregate<A, V>(fn: AggregateFunction<T, A, V>): SingleOutputStreamOperator<V>;
  aggregate<A, V, R>(
    fn: AggregateFunction<T, A, V>,
    process: ProcessWindowInput<V, R, K, W> | WindowFunction<V, R, K, W>,
  ): SingleOutputStreamOperator<R>;
  aggregate<R>(fn: unknown, process?: unknown): SingleOutputStreamOperator<R> {
    return this.aggregateWith(fn, process);
  }

  /** Sees all records of a window at once, and what is known of the window. */
  process<R>(fn: ProcessWindowInput<T, R, K, W>): SingleOutputStreamOperator<R> {
    return this.operator({ kind: 'list' }, windowProcess('process', fn, true));
  }

  /** Sees all records of a window at once. */
  apply<R>(fn: WindowInput<T, R, K, W>): SingleOutputStreamOperator<R> {
    return this.operator({ kind: 'list' }, applyProcess('apply', fn, true));
  }
}
