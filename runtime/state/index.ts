/**
 * State of operators, and its snapshots. Called by operators (tables and buckets of keyed state, lists of operator state), by
 * the chain (snapshot, restore) and by whoever keeps checkpoints (`snapshot.ts` is the contract). It knows no files, no sockets
 * and no operators.
 *
 * Keyed state lies in tables: namespace → key → cell, on the heap or wherever a `KeyedStore` puts it. A snapshot is a new epoch
 * (`epochs.ts`) and copies nothing. It is written by key groups, with its own shapes and format version (`portion-writer.ts`), under the operator's id and
 * the state's name, so that it can be read back by another number of subtasks.
 */
export type * from './snapshot.js';
export type { Bucket, Cell } from './bucket.js';
export type { Epochs, Versioned } from './epochs.js';
export { heapStore } from './heap-store.js';
export { KeyedStateBackend, type KeyedAddition, type KeySpace, type SnapshotPart } from './keyed-state-backend.js';
export { decodeListItem, OperatorStates, type OperatorIdentity, type OperatorList } from './operator-states.js';
export { misfitOf, TAKE_WHAT_WAS_KEPT } from './declared-types.js';
export type { EntryTaker, MakeKeyedStore } from './keyed-store.js';
export { describedStates, readKeyedEntries, type StateOfThen } from './read-entries.js';
export type { PortionWriter } from './portion-writer.js';
export { VOID_NAMESPACE, type Namespace, type Section } from './section-format.js';
export type { Slot } from './keyed-slot.js';
export { declaredTypeOf, keyedStateStore, requireKind, stateOf, tableKind, viewOf } from './keyed-states.js';
export { broadcastStateOf, operatorStateStore } from './operator-state-store.js';
export type { StateTable } from './state-table.js';
