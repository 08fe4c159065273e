import type {
  CoFlatMapFunction,
  CoMapFunction,
  CoProcessFunction,
  KeyedCoProcessFunction,
} from '../../functions/index.js';
import type { KeyFunction, OperatorSpec } from '../../graph/operator-spec.js';
import type { KeyField, KeyValue } from '../functions/fields.js';
import type { CoProcessElement, KeyInput, TwoFlatMaps, TwoMaps, TwoProcesses } from '../functions/inputs.js';
import { keyOf, twoInputFunction } from '../functions/user-function.js';
import { hashed } from './hashed-inputs.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { StreamContext, StreamInput } from './stream-context.js';

/**
 * Two streams of different types that one operator reads. Which of them it reads next is not the program's choice.
 * Functions are an object with a method for each input, or two lambdas.
 */
export class ConnectedStreams<A, B, K = undefined> {
  declare protected readonly types: [A, B, K];

  /** Made by `connect`. */
  constructor(
    private readonly context: StreamContext,
    private readonly first: readonly StreamInput[],
    private readonly second: readonly StreamInput[],
    private readonly keys: readonly [KeyFunction, KeyFunction] | undefined,
  ) {}

  /** Groups both streams: records with equal keys meet in one subtask, whichever stream they come from. */
  keyBy<L extends KeyValue>(first: KeyInput<A, L>, second: KeyInput<B, NoInfer<L>>): ConnectedStreams<A, B, L>;
  keyBy<F extends KeyField<A>, G extends KeyField<B>>(
    first: F,
    second: A[F & keyof A] extends B[G & keyof B] ? G : never,
  ): ConnectedStreams<A, B, A[F & keyof A]>;
  keyBy(first: unknown, second: unknown): ConnectedStreams<A, B, never> {
    const keys = [keyOf('keyBy', first), keyOf('keyBy', second)] as const;
    return new ConnectedStreams<A, B, never>(
      this.context,
      hashed(this.first, keys[0]),
      hashed(this.second, keys[1]),
      keys,
    );
  }

  /** One result for each record of either stream. */
  map<R>(...fn: TwoMaps<A, B, R>): SingleOutputStreamOperator<R> {
    return this.transform('Co-Map', {
      type: 'coMap',
      ...this.stateKeys,
      fn: twoInputFunction<CoMapFunction<unknown, unknown, unknown>>('map', ['map1', 'map2'], fn),
    });
  }

  /** Any number of results for each record of either stream. */
  flatMap<R>(...fn: TwoFlatMaps<A, B, R>): SingleOutputStreamOperator<R> {
    return this.transform('Co-Flat Map', {
      type: 'coFlatMap',
      ...this.stateKeys,
      fn: twoInputFunction<CoFlatMapFunction<unknown, unknown, unknown>>('flatMap', ['flatMap1', 'flatMap2'], fn),
    });
  }

  /** Sees each record of either stream with its context, and with its key if both streams are grouped. */
  process<R>(fn: CoProcessElement<K, A, B, R>): SingleOutputStreamOperator<R>;
  // Two signatures, not one with a union: the key's type is checked before the form without one is tried.
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  process<R>(fn: CoProcessElement<undefined, A, B, R>): SingleOutputStreamOperator<R>;
  process<R>(...fn: TwoProcesses<K, A, B, R>): SingleOutputStreamOperator<R>;
  process<R>(...given: unknown[]): SingleOutputStreamOperator<R> {
    const fn = twoInputFunction<
      CoProcessFunction<unknown, unknown, unknown> & KeyedCoProcessFunction<unknown, unknown, unknown, unknown>
    >('process', ['processElement1', 'processElement2'], given);
    return this.keys === undefined
      ? this.transform('Co-Process', { type: 'coProcess', fn })
      : this.transform('Co-Keyed-Process', { type: 'keyedCoProcess', fn, keys: this.keys });
  }

  private get stateKeys(): { stateKeys?: readonly [KeyFunction, KeyFunction] } {
    return this.keys === undefined ? {} : { stateKeys: this.keys };
  }

  private transform<R>(name: string, operator: OperatorSpec): SingleOutputStreamOperator<R> {
    const inputs = [this.first, this.second].flatMap((side, inputIndex) =>
      side.map((input) => ({ ...input, inputIndex })),
    );
    return this.context.operator(inputs, {
      ...{ name, pact: 'Operator', operator, chainingStrategy: 'ALWAYS', parallelism: undefined },
    });
  }
}
