/** State as functions see it. Keyed state is always that of the key at hand. Names and meaning are Flink's. */

export interface State {
  /** Forgets the value of the key. */
  clear(): void;
}

export interface ValueState<T> extends State {
  /** Undefined when there is none, unless the descriptor has a default. */
  value(): T | undefined;
  /** null and undefined forget it. */
  update(value: T | null | undefined): void;
}

/** State that takes one value at a time, and makes something of them. */
export interface AppendingState<IN, OUT> extends State {
  get(): OUT;
  add(value: IN): void;
}

/** A list; `get` gives an empty one when there is none. */
export interface ListState<T> extends AppendingState<T, Iterable<T>> {
  addAll(values: Iterable<T>): void;
  /** These values and no others. */
  update(values: Iterable<T>): void;
}

/** One value, which each added one is combined with. */
export type ReducingState<T> = AppendingState<T, T | undefined>;

/** One result of all added values, kept as an accumulator. */
export type AggregatingState<IN, OUT> = AppendingState<IN, OUT | undefined>;

/** A map of the key at hand, or of an operator. Its own keys are strings, numbers, bigints or booleans. */
export interface MapState<K, V> extends State {
  get(key: K): V | undefined;
  put(key: K, value: V): void;
  putAll(entries: ReadonlyMap<K, V>): void;
  remove(key: K): void;
  contains(key: K): boolean;
  entries(): Iterable<[K, V]>;
  keys(): Iterable<K>;
  values(): Iterable<V>;
  isEmpty(): boolean;
}

/** Broadcast state where it must not be changed. */
export interface ReadOnlyBroadcastState<K, V> {
  get(key: K): V | undefined;
  contains(key: K): boolean;
  immutableEntries(): Iterable<[K, V]>;
}

/** The same in every subtask, because every subtask sees the same elements. */
export interface BroadcastState<K, V> extends ReadOnlyBroadcastState<K, V> {
  put(key: K, value: V): void;
  putAll(entries: ReadonlyMap<K, V>): void;
  remove(key: K): void;
  entries(): Iterable<[K, V]>;
  clear(): void;
}
