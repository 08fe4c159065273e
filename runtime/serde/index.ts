/**
 * Records as bytes: shapes learnt from records, serializers and copiers generated for them, key hashing.
 */

/** Told once per path when only the generic encoding can carry a value. */
export type FallbackListener = (path: string, reason: string) => void;

/** The rule by which keys become bytes and hashes; part of the format of state. */
export declare const KEY_HASH_VERSION: number;

/**
 * A function that copies records as a trip through serialisation would: primitives come back themselves, class instances
 * as plain objects (reported).
 */
export declare function makeCopier(onFallback?: FallbackListener): <T>(value: T) => T;

/** murmur3-32 of the key's canonical bytes, 0 ≤ hash < 2³¹. @throws SERDE_BAD_KEY */
export declare function hashKey(key: unknown): number;

/** @throws SERDE_BAD_KEY */
export declare function keyGroupOf(key: unknown, maxParallelism: number): number;

/** The subtask that owns a key group. */
export declare function subtaskOfKeyGroup(keyGroup: number, maxParallelism: number, parallelism: number): number;

/** The key groups of a subtask, both ends included. */
export declare function keyGroupRange(
  maxParallelism: number,
  parallelism: number,
  subtask: number,
): { start: number; end: number };

/**
 * The key as a value that a Map tells apart as the hash does: primitives are themselves (-0 becomes 0), dates and arrays a
 * string of their canonical bytes. @throws SERDE_BAD_KEY
 */
export declare function keyIdentity(key: unknown): string | number | bigint | boolean;
