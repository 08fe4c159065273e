/**
 * The benchmarks' input: each record is a pure function of its number, in 32-bit arithmetic, so that every engine makes
 * the same ones and a checksum depends neither on parallelism nor on order. The peer's twin is `Generator.java`.
 */

/** The record of all workloads but W2. */
export interface Reading {
  id: number;
  /** 0 ≤ key < keys */
  key: number;
  /** Event time, epoch ms, up to 511 ms out of order; in W7 the monotonic clock, ns. */
  ts: number;
  /** A whole number up to 65,535 */
  value: number;
}

const START_MS = 1_700_000_000_000;
const SEED = 0x2545f491;
/** Of the second stream of a join. */
export const OTHER_SEED = 0x6c078965;
const STEP = 0x9e3779b9 | 0;
const PER_MS = 100;

const LINES = 4096;
const WORDS_PER_LINE = 10;
const WORDS = 1000;

/** The finalizer of murmur3 (32 bit). */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** @param perMs records of one millisecond of event time */
export function reading(id: number, keys: number, perMs = PER_MS, seed = SEED): Reading {
  const hash = mix32(id ^ seed);
  const next = mix32((hash + STEP) | 0);
  return {
    id,
    key: (hash >>> 1) % keys,
    ts: START_MS + Math.floor(id / perMs) - (next & 511),
    value: next >>> 16,
  };
}

/** Sources hand contiguous parts of the numbers to their subtasks: interleaves them, so that event time goes on alike in all. */
export function interleave(index: number, n: number, parallelism: number): number {
  const part = n / parallelism;
  return (index % part) * parallelism + Math.floor(index / part);
}

/** 4,096 lines of ten words out of 1,000, which repeat. */
export function makeLines(): string[] {
  return Array.from({ length: LINES }, (_, i) => {
    let hash = mix32(i ^ SEED);
    const words: string[] = [];
    for (let w = 0; w < WORDS_PER_LINE; w++) {
      hash = mix32((hash + STEP) | 0);
      words.push(`word${(hash >>> 1) % WORDS}`);
    }
    return words.join(' ');
  });
}

/** The 31-polynomial hash of the characters, which Java has built in. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
