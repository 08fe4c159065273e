import type { Window, WindowAssigner } from '../../functions/index.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import type { KeyField, KeyValue } from '../functions/fields.js';
import type { KeyInput } from '../functions/inputs.js';
import { keyOf } from '../functions/user-function.js';
import { joinProcess } from '../windows/group-process.js';
import type { FlatJoinInput, JoinInput } from '../windows/window-inputs.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import { TwoStreamWindows, type TwoStreams } from './two-stream-windows.js';

/** Two streams whose records meet in pairs: `a.join(b).where(…).equalTo(…).window(…).apply(…)`. */
export class JoinedStreams<A, B> {
  declare protected readonly types: [A, B];

  /** Made by `join`. */
  constructor(private readonly streams: TwoStreams) {}

  /** The key of the first stream. */
  where<K extends KeyValue>(key: KeyInput<A, K>): JoinedStreamsWhere<A, B, K>;
  where<F extends KeyField<A>>(field: F): JoinedStreamsWhere<A, B, A[F & keyof A]>;
  where(key: unknown): JoinedStreamsWhere<A, B, never> {
    return new JoinedStreamsWhere<A, B, never>(this.streams, keyOf('where', key));
  }
}

/** A join that knows the key of its first stream. */
export class JoinedStreamsWhere<A, B, K> {
  declare protected readonly types: [A, B, K];

  /** Made by `where`. */
  constructor(
    private readonly streams: TwoStreams,
    private readonly key: KeyFunction,
  ) {}

  /** The key of the second stream, of the same type. */
  equalTo(key: KeyInput<B, NoInfer<K>>): JoinedStreamsEqualTo<A, B>;
  equalTo<F extends KeyField<B>>(field: K extends B[F & keyof B] ? F : never): JoinedStreamsEqualTo<A, B>;
  equalTo(key: unknown): JoinedStreamsEqualTo<A, B> {
    return new JoinedStreamsEqualTo<A, B>(this.streams, [this.key, keyOf('equalTo', key)]);
  }
}

/** A join that knows both keys. */
export class JoinedStreamsEqualTo<A, B> {
  declare protected readonly types: [A, B];

  /** Made by `equalTo`. */
  constructor(
    private readonly streams: TwoStreams,
    private readonly keys: readonly [KeyFunction, KeyFunction],
  ) {}

  /** Where the records must be to meet. @throws API_BAD_ARGUMENT */
  window<W extends Window>(assigner: WindowAssigner<A | B, W>): JoinedStreamsWithWindow<A, B, W> {
    return new JoinedStreamsWithWindow<A, B, W>(this.streams, this.keys, assigner);
  }
}

/** A join that knows its windows. */
export class JoinedStreamsWithWindow<A, B, W extends Window> extends TwoStreamWindows<A, B, W> {
  /**
   * Sees each pair of records that have key and window in common. Results carry the last millisecond of the window as their time.
   * A function with three parameters gets a collector and emits any number of results.
   */
  apply<R>(fn: JoinInput<A, B, R>): SingleOutputStreamOperator<R>;
  // Two signatures, not one with a union: what a function with two parameters returns is the result.
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  apply<R>(fn: FlatJoinInput<A, B, R>): SingleOutputStreamOperator<R>;
  apply<R>(fn: unknown): SingleOutputStreamOperator<R> {
    return this.operator(joinProcess('apply', fn));
  }
}
