/** Keyed state and keyed channels are divided by key groups, of which each subtask owns a range. The arithmetic is Flink's. */
import { hashKey } from './key-hash.js';

/** @throws SERDE_BAD_KEY */
export function keyGroupOf(key: unknown, maxParallelism: number): number {
  return hashKey(key) % maxParallelism;
}

/** The subtask that owns a key group. */
export function subtaskOfKeyGroup(keyGroup: number, maxParallelism: number, parallelism: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism);
}

/** The key groups of a subtask, both ends included. */
export function keyGroupRange(
  maxParallelism: number,
  parallelism: number,
  subtask: number,
): { start: number; end: number } {
  return {
    start: Math.ceil((subtask * maxParallelism) / parallelism),
    end: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism),
  };
}
