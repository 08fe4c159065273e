/**
 * Keyed state beyond memory: a log of dirty entries in files of the node's own disk, an index of it in memory, and a cache of the
 * entries in use. Checkpoints take what the log has grown by, and nothing else. Made for `KeyedStateBackend` as its store; knows
 * nothing of checkpoint folders, which it reaches through `SharedOutput` and `LogRestore`.
 *
 * Not in it: an order of keys (none is needed), and timers (they stay on the heap).
 */
export { diskStore, type DiskStoreOptions, type StateMemory } from './disk-store.js';
