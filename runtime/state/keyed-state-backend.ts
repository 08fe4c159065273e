/** The keyed state of one operator of one subtask, wherever it lies: states by name, the current key, snapshots, restore. */
import type { Clock } from '../common/clock.js';
import { WeftError } from '../common/errors/index.js';
import type { State, StateDescriptor } from '../functions/index.js';
import type { TypeDescription } from '../functions/types/index.js';
import { KEY_HASH_VERSION, keyGroupOf, keyIdentity, makeCopier } from '../serde/index.js';
import { DeclaredTypes } from './declared-types.js';
import type { DeclaredType } from './declared-type.js';
import { Epochs, type Versioned } from './epochs.js';
import { heapStore } from './heap-store.js';
import type { KeyedSnapshot, KeyedStore, MakeKeyedStore } from './keyed-store.js';
import { strayKey, type PortionWriter } from './portion-writer.js';
import {
  KEYED_FORMAT_VERSION,
  Section,
  VOID_NAMESPACE,
  type KeyedDescription,
  type Namespace,
} from './section-format.js';
import type { LogRestore } from './snapshot.js';
import { StateTable } from './state-table.js';

/** Which part of the key space a subtask has. */
export interface KeySpace {
  /** The number of key groups of the operator. */
  readonly maxParallelism: number;
  /** The subtask's, both ends included. */
  readonly keyGroups: { readonly start: number; readonly end: number };
}

/** Keyed entries that follow the rules of `epochs.ts`. */
export interface SnapshotPart {
  /** All of them, for the walk of a snapshot; entries may come and go meanwhile. */
  entries(): Iterable<Versioned>;
  /** Hands the entry to `writer` for each run that it is behind of, and notes it as written. */
  keep(entry: Versioned): void;
}

/** What is not in a table of the backend but belongs to its snapshots: timers, and contents of windows. */
export interface KeyedAddition {
  /** Under which it is found again; no state may have it. */
  readonly name: string;
  /** What its values are, as of a table. */
  readonly kind: string;
  /** What there is when a snapshot begins: a part that goes before it is written is written all the same. */
  parts(): readonly SnapshotPart[];
  /** An entry comes back. */
  restore(namespace: Namespace, key: unknown, value: unknown): void;
}

const NO_KEY = Symbol('no key');

export class KeyedStateBackend {
  /** Of all entries of the backend; timers share them. */
  readonly epochs = new Epochs<PortionWriter>();
  /** The key that states are about; undefined outside of a record and a timer. */
  currentKey: unknown;
  /** What stands for the current key in buckets. */
  currentId: unknown = NO_KEY;
  private readonly store: KeyedStore;
  private readonly tables = new Map<string, StateTable>();
  private readonly additions = new Map<string, { addition: KeyedAddition; section: Section }>();
  private readonly types = new DeclaredTypes();
  private readonly copyKey = makeCopier();

  constructor(
    readonly keySpace: KeySpace,
    readonly clock: Clock,
    makeStore: MakeKeyedStore = heapStore,
  ) {
    this.store = makeStore({ keySpace, clock, epochs: this.epochs });
  }

  /** @see KeyedStore.keepsCells */
  get keepsCells(): boolean {
    return this.store.keepsCells;
  }

  /** @throws SERDE_BAD_KEY for what cannot be a key */
  setCurrentKey(key: unknown): void {
    if (typeof key === 'string' || (typeof key === 'number' && key === key)) {
      this.currentKey = key;
      this.currentId = key;
      return;
    }
    this.currentId = keyIdentity(key);
    // The program may change an array that was a key; what state is found by stays what it was.
    this.currentKey = typeof key === 'object' && key !== null ? this.copyKey(key) : key;
  }

  /** From here on no key is at hand. */
  clearCurrentKey(): void {
    this.currentKey = undefined;
    this.currentId = NO_KEY;
  }

  /** What stands for the current key. @throws STATE_NO_KEY outside of a record and a timer */
  requireKey(state: string): unknown {
    if (this.currentId !== NO_KEY) return this.currentId;
    throw new WeftError('STATE_NO_KEY', `State "${state}" belongs to a key, and none is at hand here.`);
  }

  /** @throws STATE_KEY_CHANGED when the current key does not belong to this subtask */
  requireOwnKey(): void {
    const { maxParallelism, keyGroups } = this.keySpace;
    const group = keyGroupOf(this.currentKey, maxParallelism);
    if (group < keyGroups.start || group > keyGroups.end) throw strayKey(this.currentKey, group, keyGroups);
  }

  /**
   * The table of that name, made at the first call.
   * @param kind what its values are; the same name must always have the same
   * @throws STATE_KIND_CHANGED
   */
  table<V>(name: string, kind = 'value'): StateTable<V> {
    let table = this.tables.get(name);
    if (table === undefined) {
      const own = this.section(name, kind);
      own.declared = this.types.ofThen(name);
      table = new StateTable(own, (section, namespace) => this.store.bucket(section, namespace));
      this.tables.set(name, table);
    }
    if (table.section.kind !== kind) {
      throw new WeftError('STATE_KIND_CHANGED', `State "${name}" is ${table.section.kind} state, not ${kind} state.`);
    }
    return table as StateTable<V>;
  }

  /**
   * What the program says of the values of a state, when it asks for it: what came back is brought into that form.
   * @throws STATE_KIND_CHANGED, STATE_TYPE_INCOMPATIBLE
   */
  declare(name: string, kind: string, type: TypeDescription | undefined): void {
    this.types.declare(this.table(name, kind), type);
  }

  /** The keys that have some of this state. It may change while they are gone through. */
  *keysOf(descriptor: StateDescriptor<State>): Generator {
    const bucket = this.tables.get(descriptor.name)?.existing(VOID_NAMESPACE);
    for (const { key } of bucket?.entries() ?? []) yield key;
  }

  /** @returns the section that its entries are written to */
  add(addition: KeyedAddition): Section {
    const section = this.section(addition.name, addition.kind);
    this.additions.set(addition.name, { addition, section });
    return section;
  }

  /** Batch: the records of the current key have ended, and none of its state is needed any longer. */
  endKey(): void {
    for (const table of this.tables.values()) table.clear();
    this.clearCurrentKey();
  }

  /** Whether there is anything to write. */
  get isEmpty(): boolean {
    return this.tables.size + this.additions.size === 0;
  }

  /** Takes a snapshot: nothing is copied. */
  snapshot(): KeyedSnapshot {
    const tables = [...this.tables.values()];
    const declared = new Map(
      tables.flatMap(({ section }) => (section.declared === undefined ? [] : [[section.name, section.declared]])),
    );
    return this.store.snapshot({
      ...{ tables, declared },
      additions: [...this.additions.values()].flatMap(({ addition }) => addition.parts()),
      describe: () => this.describe(declared),
    });
  }

  /** As `KeyedStore.restoreLogs`. */
  restoreLogs(logs: readonly LogRestore[]): Promise<void> {
    return this.store.restoreLogs(logs, this);
  }

  /** The operator ends. */
  close(): void {
    this.store.close();
  }

  restoreType(name: string, _kind: string, type: unknown): void {
    this.types.cameBack(name, type);
    const table = this.tables.get(name);
    if (table !== undefined) table.section.declared = this.types.ofThen(name);
  }

  /** An entry comes back. States and timers may be asked for before or after. */
  restoreEntry(name: string, kind: string, namespace: Namespace, key: unknown, value: unknown): void {
    const addition = this.additions.get(name);
    if (addition !== undefined) addition.addition.restore(namespace, key, value);
    else this.table(name, kind).bucket(namespace).set(keyIdentity(key), key, value);
  }

  private describe(declared: ReadonlyMap<string, DeclaredType>): KeyedDescription {
    const sections = [...this.tables.values(), ...this.additions.values()].map(({ section }) => section);
    return {
      formatVersion: KEYED_FORMAT_VERSION,
      keyHashVersion: KEY_HASH_VERSION,
      maxParallelism: this.keySpace.maxParallelism,
      sections: sections
        .sort((a, b) => a.index - b.index)
        .map((section) => section.describe(declared.get(section.name)?.json)),
    };
  }

  private section(name: string, kind: string): Section {
    return new Section(this.tables.size + this.additions.size, name, kind);
  }
}
