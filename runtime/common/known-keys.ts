/** Small numbers for keys that come by often, by which what belongs to them is found in arrays. */
import { instantiate } from './code-template.js';

export interface KnownKeys<K> {
  /** @returns the number of the key, below KNOWN_KEYS; -1: it has none for now, look elsewhere */
  numberOf(key: K): number;
}

/** Numbers there are. */
export const KNOWN_KEYS = 4096;

/** @param forget the number stands for another key from now on */
export function knownStrings(forget: (number: number) => void): KnownKeys<string> {
  // The number 0 stands for the empty string.
  const keys = new Array<string>(KNOWN_KEYS).fill('');
  return instantiate(knownKeys<string>)(keys, instantiate(hashOfString)(), forget);
}

/** As `knownStrings`; NaN has no number. */
export function knownNumbers(forget: (number: number) => void): KnownKeys<number> {
  const keys = new Float64Array(KNOWN_KEYS).fill(Number.NaN);
  return instantiate(knownKeys<number>)(keys, instantiate(hashOfNumber)(), forget);
}

/**
 * Template. A Map hashes a string that it has not seen as an object before, which takes several times as long as to find
 * one of equal ending and compare the two. The tables hold the keys densely: how much of them stays in the processor's
 * first caches decides how fast this is. Where keys hardly repeat it steps aside, each time for a longer while.
 */
function knownKeys<K extends string | number>(
  keys: { [number: number]: K; readonly length: number },
  hash: (key: K) => number,
  forget: (number: number) => void,
): KnownKeys<K> {
  const SAMPLE = 4096;
  /** By hash, in pairs: two keys of equal hash do not drive each other out. 0: none. */
  const numbers = new Uint16Array(8192);
  const last = keys.length - 1;
  let used = 0;
  let lookups = 0;
  let misses = 0;
  /** Look-ups that are still answered with -1. */
  let paused = 0;
  let pauses = 0;

  const review = (): void => {
    const useless = misses > SAMPLE * 0.6;
    pauses = useless ? Math.min(pauses + 1, 8) : 0;
    paused = useless ? SAMPLE << pauses : 0;
    lookups = 0;
    misses = 0;
  };
  /** Takes a free place of the pair, else either of them in turn, with the number that it has. */
  const learn = (key: K, slot: number): number => {
    misses++;
    const neighbour = slot ^ 1;
    const place = numbers[slot] === 0 || (numbers[neighbour] !== 0 && (misses & 1) === 0) ? slot : neighbour;
    if (numbers[place] === 0) {
      if (used === last) return -1;
      numbers[place] = ++used;
    }
    const number = numbers[place] ?? 0;
    keys[number] = key;
    forget(number);
    return number;
  };
  const otherOf = (key: K, slot: number): number => {
    const number = numbers[slot ^ 1] ?? 0;
    return keys[number] === key ? number : learn(key, slot);
  };
  return {
    numberOf(key) {
      if (paused > 0) {
        paused--;
        return -1;
      }
      if (++lookups === SAMPLE) review();
      const slot = Math.imul(hash(key), 0x9e3779b1) >>> 19;
      const number = numbers[slot] ?? 0;
      return keys[number] === key ? number : otherOf(key, slot);
    },
  };
}

/** Template: from the last characters, which differ most often. */
function hashOfString(): (text: string) => number {
  return (text) => {
    const n = text.length;
    if (n < 3) return n === 0 ? 0 : text.charCodeAt(0) * 31 + text.charCodeAt(n - 1);
    return Math.imul(text.charCodeAt(n - 1) * 31 + text.charCodeAt(n - 2), 31) + text.charCodeAt(n - 3) + n;
  };
}

/** Template. */
function hashOfNumber(): (key: number) => number {
  return (key) => key;
}
