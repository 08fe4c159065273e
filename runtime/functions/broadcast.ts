/** Functions over a stream and a broadcast one, of which every subtask sees every element. */
import { AbstractRichFunction, type Collector, type OnTimerContext, type SideOutputs } from './functions.js';
import type {
  BroadcastState,
  MapStateDescriptor,
  ReadOnlyBroadcastState,
  State,
  StateDescriptor,
} from './state/index.js';
import type { TimerService } from './timers.js';

interface BroadcastScope extends SideOutputs {
  /** Event time of the element, epoch milliseconds; null if it has none. */
  timestamp(): number | null;
  currentProcessingTime(): number;
  currentWatermark(): number;
}

/** Where broadcast state must not be changed: the elements of the other stream differ from subtask to subtask. */
export interface ReadOnlyBroadcastContext extends BroadcastScope {
  /** @throws STATE_BAD_DESCRIPTOR for one that `broadcast()` was not given */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): ReadOnlyBroadcastState<K, V>;
}

export interface BroadcastContext extends BroadcastScope {
  /** @throws STATE_BAD_DESCRIPTOR for one that `broadcast()` was not given */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>;
}

export interface KeyedReadOnlyBroadcastContext<K> extends ReadOnlyBroadcastContext {
  getCurrentKey(): K;
  timerService(): TimerService;
}

export interface KeyedBroadcastContext<K> extends BroadcastContext {
  /** Calls the function with the state of each key of this subtask that has some. It may change it. */
  applyToKeyedState<S extends State>(descriptor: StateDescriptor<S>, fn: (key: K, state: S) => void): void;
}

export type BroadcastTimerContext<K> = KeyedReadOnlyBroadcastContext<K> & Pick<OnTimerContext<K>, 'timeDomain'>;

/** @typeParam IN of the stream, @typeParam B of the broadcast one */
export abstract class BroadcastProcessFunction<IN, B, R> extends AbstractRichFunction {
  abstract processElement(value: IN, context: ReadOnlyBroadcastContext, out: Collector<R>): void;
  abstract processBroadcastElement(value: B, context: BroadcastContext, out: Collector<R>): void;
}

/** As `BroadcastProcessFunction`, on a keyed stream: with its state and timers. */
export abstract class KeyedBroadcastProcessFunction<K, IN, B, R> extends AbstractRichFunction {
  abstract processElement(value: IN, context: KeyedReadOnlyBroadcastContext<K>, out: Collector<R>): void;
  abstract processBroadcastElement(value: B, context: KeyedBroadcastContext<K>, out: Collector<R>): void;
  onTimer?(timestampMs: number, context: BroadcastTimerContext<K>, out: Collector<R>): void;
}
