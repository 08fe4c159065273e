import type { KnownKeys } from '../../common/known-keys.js';

/** A key's channel and its number in one: `channel | number << CHANNEL_BITS`. */
export const CHANNEL_BITS = 15;

/**
 * Template: the channel of a key, and for strings that come by often a number from 1 on, by which the channel's other end
 * gets to know them; else 0.
 * @param hashKey 0 ≤ hash < 2³¹; throws for what is no key
 * @param knownStrings makes them known; `forget` hears that a number stands for another one
 * @param forgetKey the number stands for another key from now on
 * @param placed what to throw for an error of `hashKey`: it names the user's line
 */
export function keyChannels(
  hashKey: (key: unknown) => number,
  knownStrings: (forget: (number: number) => void) => KnownKeys<string>,
  capacity: number,
  maxParallelism: number,
  channels: number,
  forgetKey: (number: number) => void,
  placed: (error: unknown) => unknown,
): (key: unknown) => number {
  const known = new Int32Array(capacity).fill(-1);
  const strings = knownStrings((number) => {
    known[number] = -1;
    forgetKey(number);
  });

  // Math.floor(keyGroup * parallelism / maxParallelism), both below 2¹⁵.
  const compute = (key: unknown): number => {
    try {
      return (((hashKey(key) % maxParallelism) * channels) / maxParallelism) | 0;
    } catch (error) {
      throw placed(error);
    }
  };
  const learn = (key: string, number: number): number => {
    const channel = compute(key);
    if (number <= 0) return channel;
    return (known[number] = channel | (number << 15));
  };
  return function channelOf(key) {
    if (typeof key !== 'string') return compute(key);
    const number = strings.numberOf(key);
    const channel = number < 0 ? -1 : (known[number] ?? -1);
    return channel < 0 ? learn(key, number) : channel;
  };
}
