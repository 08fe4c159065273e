/** Where the entries of keyed state lie: the seam between what operators do with state and what keeps it. */
import type { Clock } from '../common/clock.js';
import type { Bucket } from './bucket.js';
import type { DeclaredType } from './declared-type.js';
import type { Epochs } from './epochs.js';
import type { KeySpace, SnapshotPart } from './keyed-state-backend.js';
import type { PortionWriter } from './portion-writer.js';
import type { KeyedDescription, Namespace, Section } from './section-format.js';
import type { LogRestore, SnapshotOutput } from './snapshot.js';
import type { StateTable } from './state-table.js';

/** What a store is made with. */
export interface KeyedStoreParts {
  readonly keySpace: KeySpace;
  readonly clock: Clock;
  /** Of all entries of the operator: an entry whose epoch is not the current one is `touch`ed before it changes. */
  readonly epochs: Epochs<PortionWriter>;
}

export type MakeKeyedStore = (parts: KeyedStoreParts) => KeyedStore;

/** What belongs to one snapshot. */
export interface KeyedContent {
  readonly tables: readonly StateTable[];
  /** What lies beside the store: timers, and contents of windows. */
  readonly additions: readonly SnapshotPart[];
  /** What values were declared to be at that moment, by the state's name. */
  readonly declared: ReadonlyMap<string, DeclaredType>;
  /** Asked when all is written. */
  readonly describe: () => KeyedDescription;
}

/** The keyed state of one moment; written later, while it goes on changing. */
export interface KeyedSnapshot {
  /** @throws STATE_NOT_SERIALIZABLE, STATE_KEY_CHANGED, and what the output throws */
  writeTo(output: SnapshotOutput): Promise<void>;
  /** It is not wanted any more, written or not. */
  release(): void;
}

/** Takes what was written, entry by entry. */
export interface EntryTaker {
  /** Before the entries of a state, for each subtask of then. @param type as `typeToJson` writes it, if one was declared */
  restoreType(name: string, kind: string, type: unknown): void;
  /** @param bytes of key and value where they were written */
  restoreEntry(name: string, kind: string, namespace: Namespace, key: unknown, value: unknown, bytes: number): void;
}

/** Where what comes back is put. */
export interface KeyedTables extends EntryTaker {
  /** Made when it is first asked for. @throws STATE_KIND_CHANGED */
  table(name: string, kind: string): StateTable;
}

export interface KeyedStore {
  /** Whether a cell is good for as long as its key has state, and not only until the next record. */
  readonly keepsCells: boolean;
  bucket(section: Section, namespace: Namespace): Bucket;
  /** Takes a snapshot: nothing is copied. */
  snapshot(content: KeyedContent): KeyedSnapshot;
  /**
   * Takes back what logs hold of the operator's key groups; nothing was put into the store before.
   * @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN, STATE_MAX_PARALLELISM_CHANGED
   */
  restoreLogs(logs: readonly LogRestore[], tables: KeyedTables): Promise<void>;
  /** The operator ends. */
  close(): void;
}
