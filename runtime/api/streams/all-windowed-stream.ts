import type { AggregateFunction, AllWindowFunction, Window } from '../../functions/index.js';
import type { ReduceInput } from '../functions/inputs.js';
import type { AllWindowInput, ProcessAllWindowInput } from '../windows/window-inputs.js';
import { applyProcess, windowProcess } from '../windows/window-process.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import { Windows } from './windows.js';

/** The windows of a stream without keys: one subtask has all records. */
export class AllWindowedStream<T, W extends Window> extends Windows<T, W> {
  /** As `WindowedStream.reduce`. */
  reduce(fn: ReduceInput<T>): SingleOutputStreamOperator<T>;
  reduce<R>(
    fn: ReduceInput<T>,
    process: ProcessAllWindowInput<T, R, W> | AllWindowFunction<T, R, W>,
  ): SingleOutputStreamOperator<R>;
  reduce<R>(fn: unknown, process?: unknown): SingleOutputStreamOperator<R> {
    return this.reduceWith(fn, process);
  }

  /** As `WindowedStream.aggregate`. */
  aggregate<A, V>(fn: AggregateFunction<T, A, V>): SingleOutputStreamOperator<V>;
  aggregate<A, V, R>(
    fn: AggregateFunction<T, A, V>,
    process: ProcessAllWindowInput<V, R, W> | AllWindowFunction<V, R, W>,
  ): SingleOutputStreamOperator<R>;
  aggregate<R>(fn: unknown, process?: unknown): SingleOutputStreamOperator<R> {
    return this.aggregateWith(fn, process);
  }

  /** Sees all records of a window at once, and what is known of the window. */
  process<R>(fn: ProcessAllWindowInput<T, R, W>): SingleOutputStreamOperator<R> {
    return this.operator({ kind: 'list' }, windowProcess('process', fn, false));
  }

  /** Sees all records of a window at once. */
  apply<R>(fn: AllWindowInput<T, R, W>): SingleOutputStreamOperator<R> {
    return this.operator({ kind: 'list' }, applyProcess('apply', fn, false));
  }
}
