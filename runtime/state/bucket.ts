/** The entries of one state and one namespace: a value per key. */
import type { Versioned } from './epochs.js';
import type { Namespace, Section } from './section-format.js';

/**
 * One entry. Who got a cell may read and set its value without looking it up again, but calls `Bucket.touch` before it changes the
 * value, or what the value holds. Until the next record; longer only if the store keeps cells (`KeyedStore.keepsCells`).
 */
export interface Cell<V = unknown> extends Versioned {
  readonly key: unknown;
  value: V;
}

/**
 * Entries are found by what stands for their key, `keyIdentity(key)`: for strings, numbers, bigints and booleans that is the key
 * itself.
 */
export interface Bucket<V = unknown> {
  readonly section: Section;
  readonly namespace: Namespace;
  /** The bucket is not in its table any more. */
  readonly isDropped: boolean;
  /** Values that need not be in snapshots that are whole by themselves. @default all must */
  leaveOut: ((value: V) => boolean) | undefined;
  /** Values that nobody asks for any more: they may go when the store comes across them. @default none */
  isExpired: ((value: V) => boolean) | undefined;
  /** Undefined when there is none. The value may be changed in place by who gets it, if it is `set` then. */
  get(id: unknown): V | undefined;
  set(id: unknown, key: unknown, value: V): void;
  /** @returns whether there was one */
  delete(id: unknown): boolean;
  /** The table gives the bucket up, with all its entries. A snapshot under way still has them. */
  drop(): void;
  /** For state of which no snapshot is taken. */
  clear(): void;
  /** The entry to read, and to change after `touch`. */
  cell(id: unknown): Cell<V> | undefined;
  /** A new entry; there must be none of that id. */
  add(id: unknown, key: unknown, value: V): Cell<V>;
  /** Before the cell's value changes. */
  touch(cell: Cell<V>): void;
  /** The cell's value for a function that may change it; whether the state then changes with it is left open. */
  expose(cell: Cell<V>): V;
  /** In the order of their creation where they lie on the heap. Entries may be deleted and added meanwhile. */
  entries(): IterableIterator<Cell<V>>;
  /** As `entries`, with what stands for each key. */
  identified(): IterableIterator<[unknown, Cell<V>]>;
}
