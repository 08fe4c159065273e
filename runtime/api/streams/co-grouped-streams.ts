import type { Window, WindowAssigner } from '../../functions/index.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import type { KeyField, KeyValue } from '../functions/fields.js';
import type { KeyInput } from '../functions/inputs.js';
import { keyOf } from '../functions/user-function.js';
import { coGroupProcess } from '../windows/group-process.js';
import type { CoGroupInput } from '../windows/window-inputs.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import { TwoStreamWindows, type TwoStreams } from './two-stream-windows.js';

/** Two streams whose records meet in groups: `a.coGroup(b).where(…).equalTo(…).window(…).apply(…)`. */
export class CoGroupedStreams<A, B> {
  declare protected readonly types: [A, B];

  /** Made by `coGroup`. */
  constructor(private readonly streams: TwoStreams) {}

  /** The key of the first stream. */
  where<K extends KeyValue>(key: KeyInput<A, K>): CoGroupedStreamsWhere<A, B, K>;
  where<F extends KeyField<A>>(field: F): CoGroupedStreamsWhere<A, B, A[F & keyof A]>;
  where(key: unknown): CoGroupedStreamsWhere<A, B, never> {
    return new CoGroupedStreamsWhere<A, B, never>(this.streams, keyOf('where', key));
  }
}

/** Groups that know the key of their first stream. */
export class CoGroupedStreamsWhere<A, B, K> {
  declare protected readonly types: [A, B, K];

  /** Made by `where`. */
  constructor(
    private readonly streams: TwoStreams,
    private readonly key: KeyFunction,
  ) {}

  /** The key of the second stream, of the same type. */
  equalTo(key: KeyInput<B, NoInfer<K>>): CoGroupedStreamsEqualTo<A, B>;
  equalTo<F extends KeyField<B>>(field: K extends B[F & keyof B] ? F : never): CoGroupedStreamsEqualTo<A, B>;
  equalTo(key: unknown): CoGroupedStreamsEqualTo<A, B> {
    return new CoGroupedStreamsEqualTo<A, B>(this.streams, [this.key, keyOf('equalTo', key)]);
  }
}

/** Groups that know both keys. */
export class CoGroupedStreamsEqualTo<A, B> {
  declare protected readonly types: [A, B];

  /** Made by `equalTo`. */
  constructor(
    private readonly streams: TwoStreams,
    private readonly keys: readonly [KeyFunction, KeyFunction],
  ) {}

  /** Where the records must be to meet. @throws API_BAD_ARGUMENT */
  window<W extends Window>(assigner: WindowAssigner<A | B, W>): CoGroupedStreamsWithWindow<A, B, W> {
    return new CoGroupedStreamsWithWindow<A, B, W>(this.streams, this.keys, assigner);
  }
}

/** Groups that know their windows. */
export class CoGroupedStreamsWithWindow<A, B, W extends Window> extends TwoStreamWindows<A, B, W> {
  /** Sees what each of the streams has of a key and a window; one of the two may be empty. */
  apply<R>(fn: CoGroupInput<A, B, R>): SingleOutputStreamOperator<R> {
    return this.operator(coGroupProcess('apply', fn));
  }
}
