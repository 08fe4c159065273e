/** Where functions get their state from. */
import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from './descriptors.js';
import type { AggregatingState, BroadcastState, ListState, MapState, ReducingState, ValueState } from './states.js';

/**
 * State of the key at hand. It can be asked for from `open` on, and read where there is a key.
 * @throws STATE_BAD_DESCRIPTOR, STATE_KIND_CHANGED
 */
export interface KeyedStateStore {
  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>;
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V>;
  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T>;
  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT>;
}

/** State of one subtask of an operator, of no key. @throws STATE_BAD_DESCRIPTOR, STATE_KIND_CHANGED */
export interface OperatorStateStore {
  /** When the parallelism changes, the elements of all subtasks are dealt out in turn. */
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  /** When the job is restored, every subtask gets the elements of all. */
  getUnionListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  /** Every subtask has the same. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>;
}

export interface FunctionSnapshotContext {
  readonly checkpointId: number;
  /** When the checkpoint was begun, epoch milliseconds. */
  readonly checkpointTimestamp: number;
  getCheckpointId(): number;
  getCheckpointTimestamp(): number;
  /** Adds bytes that come back as they are. */
  writeRawState(bytes: Uint8Array): void;
}

export interface FunctionInitializationContext {
  isRestored(): boolean;
  getOperatorStateStore(): OperatorStateStore;
  getKeyedStateStore(): KeyedStateStore;
  /** What `writeRawState` was given; on another parallelism the pieces are dealt out in turn. */
  getRawState(): readonly Uint8Array[];
}

/** A function with state of its own: called when a checkpoint is taken, and before `open`. Both must not wait. */
export interface CheckpointedFunction {
  snapshotState(context: FunctionSnapshotContext): void;
  initializeState(context: FunctionInitializationContext): void;
}

/** The older way: a list that is taken, and given back before `open`. */
export interface ListCheckpointed<T> {
  snapshotState(checkpointId: number, timestampMs: number): readonly T[];
  restoreState(state: readonly T[]): void;
}

/** Hears of checkpoints that are safe, or given up. Best effort: one may be left out, a later one stands for it. */
export interface CheckpointListener {
  notifyCheckpointComplete(checkpointId: number): void | Promise<void>;
  notifyCheckpointAborted?(checkpointId: number): void | Promise<void>;
}
