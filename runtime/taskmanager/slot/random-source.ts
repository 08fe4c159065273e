/** Random numbers for where records go; nothing that needs to be secret or repeatable. */
import { randomInt } from 'node:crypto';

/** 0 ≤ result < 1, from a seed of the operating system (mulberry32: small, fast, even enough to spread records). */
export function randomSource(seed = randomInt(2 ** 32)): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
