import type { MapStateDescriptor } from '../../functions/index.js';
import type { AnyBroadcastFunction, KeyFunction } from '../../graph/operator-spec.js';
import type { BroadcastProcess, KeyedBroadcastProcess } from '../functions/inputs.js';
import { syncFunction } from '../functions/user-function.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { StreamContext, StreamInput } from './stream-context.js';

/** A stream of which every subtask of the next operator sees every element, with the state that it keeps of them. */
export class BroadcastStream<T> {
  declare protected readonly recordType: T;

  /** Made by `broadcast`. */
  constructor(
    readonly context: StreamContext,
    readonly inputs: readonly StreamInput[],
    readonly descriptors: readonly MapStateDescriptor<unknown, unknown>[],
  ) {}
}

/** A stream and a broadcast one, for one operator that reads both. */
export class BroadcastConnectedStream<IN, B, K = never> {
  declare protected readonly types: [IN, B];

  /** Made by `connect`. */
  constructor(
    private readonly context: StreamContext,
    private readonly first: readonly StreamInput[],
    private readonly second: BroadcastStream<B>,
    private readonly key: KeyFunction | undefined,
  ) {}

  /** Sees the elements of both; only those of the broadcast stream may change the broadcast state. */
  process<R>(fn: KeyedBroadcastProcess<K, IN, B, R>): SingleOutputStreamOperator<R>;
  // Two signatures, not one with a union: an object literal takes the type of its context from the first.
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  process<R>(fn: BroadcastProcess<IN, B, R>): SingleOutputStreamOperator<R>;
  process<R>(fn: unknown): SingleOutputStreamOperator<R> {
    syncFunction<AnyBroadcastFunction>('process', 'processBroadcastElement', fn);
    const inputs = [this.first, this.second.inputs].flatMap((side, inputIndex) =>
      side.map((input) => ({ ...input, inputIndex })),
    );
    return this.context.operator(inputs, {
      name: this.key === undefined ? 'Co-Process-Broadcast' : 'Co-Process-Broadcast-Keyed',
      pact: 'Operator',
      operator: {
        type: 'broadcastProcess',
        fn: syncFunction<AnyBroadcastFunction>('process', 'processElement', fn),
        descriptors: this.second.descriptors,
        ...(this.key === undefined ? {} : { stateKey: this.key }),
      },
      chainingStrategy: 'ALWAYS',
      parallelism: undefined,
    });
  }
}
