/** What a state is called and what it holds: by its descriptor a function gets it from its runtime context. */
import type { ReduceFunction } from '../functions.js';
import type { TypeInformation } from '../types/index.js';
import type { TtlSettings } from './state-ttl.js';
import type { AggregatingState, ListState, MapState, ReducingState, State, ValueState } from './states.js';

export type StateKind = 'value' | 'list' | 'map' | 'reducing' | 'aggregating';

/** Adds values up in an accumulator, of which a result can be had at any time. */
export interface AggregateFunction<IN, ACC, OUT> {
  createAccumulator(): ACC;
  /** The accumulator with the value in it; it may be the same object. */
  add(value: IN, accumulator: ACC): ACC;
  getResult(accumulator: ACC): OUT;
  /** Of two accumulators one; needed where windows merge. */
  merge?(a: ACC, b: ACC): ACC;
}

export abstract class StateDescriptor<S extends State> {
  declare protected readonly stateType: S;
  abstract readonly kind: StateKind;
  private config: TtlSettings | undefined;

  /** @param name tells the states of one operator apart, and finds them again in checkpoints */
  constructor(readonly name: string) {
    if (typeof name !== 'string' || name === '') throw new TypeError('A state needs a name.');
  }

  /** Lets values expire. Only for keyed state. */
  enableTimeToLive(config: TtlSettings): this {
    this.config = config;
    return this;
  }

  get ttl(): TtlSettings | undefined {
    return this.config;
  }
}

/** @typeParam T of the values; types may be given as in Flink, but what values are is learnt from them */
export class ValueStateDescriptor<T> extends StateDescriptor<ValueState<T>> {
  readonly kind = 'value';

  /** @param defaultValue what `value()` gives while there is none */
  constructor(
    name: string,
    readonly type?: TypeInformation<T>,
    readonly defaultValue?: T,
  ) {
    super(name);
  }
}

export class ListStateDescriptor<T> extends StateDescriptor<ListState<T>> {
  readonly kind = 'list';

  constructor(
    name: string,
    readonly elementType?: TypeInformation<T>,
  ) {
    super(name);
  }
}

/** Of keyed state, and of broadcast state. */
export class MapStateDescriptor<K, V> extends StateDescriptor<MapState<K, V>> {
  readonly kind = 'map';

  constructor(
    name: string,
    readonly keyType?: TypeInformation<K>,
    readonly valueType?: TypeInformation<V>,
  ) {
    super(name);
  }
}

export class ReducingStateDescriptor<T> extends StateDescriptor<ReducingState<T>> {
  readonly kind = 'reducing';

  constructor(
    name: string,
    readonly fn: ((accumulated: T, value: T) => T) | ReduceFunction<T>,
    readonly type?: TypeInformation<T>,
  ) {
    super(name);
  }
}

export class AggregatingStateDescriptor<IN, ACC, OUT> extends StateDescriptor<AggregatingState<IN, OUT>> {
  readonly kind = 'aggregating';

  constructor(
    name: string,
    readonly fn: AggregateFunction<IN, ACC, OUT>,
    readonly accumulatorType?: TypeInformation<ACC>,
  ) {
    super(name);
  }
}
