/**
 * Template: the channel of a key. Strings that came by lately are known by their last characters, because to compare two
 * strings is cheaper than to hash one; where keys hardly repeat, that is left for a while.
 * @param hashKey 0 ≤ hash < 2³¹; throws for what is no key
 */
export function keyChannels(
  hashKey: (key: unknown) => number,
  maxParallelism: number,
  channels: number,
): (key: unknown) => number {
  const RECENT = 8192;
  const SAMPLE = 4096;
  const keys = new Array<string>(RECENT).fill('');
  const known = new Uint16Array(RECENT);
  let lookups = 0;
  let misses = 0;
  /** Look-ups that are still answered by the hash alone. */
  let paused = 0;
  let pauses = 0;

  // Math.floor(keyGroup * parallelism / maxParallelism), both below 2¹⁵.
  const compute = (key: unknown): number => (((hashKey(key) % maxParallelism) * channels) / maxParallelism) | 0;
  const review = (): void => {
    const useless = misses > SAMPLE * 0.5;
    pauses = useless ? Math.min(pauses + 1, 8) : 0;
    paused = useless ? SAMPLE << pauses : 0;
    lookups = 0;
    misses = 0;
  };
  return function channelOf(key) {
    if (typeof key !== 'string' || key.length < 3) return compute(key);
    if (paused > 0) {
      paused--;
      return compute(key);
    }
    if (++lookups === SAMPLE) review();
    const n = key.length;
    const ending = (key.charCodeAt(n - 1) * 31 + key.charCodeAt(n - 2)) * 31 + key.charCodeAt(n - 3) + n;
    const slot = Math.imul(ending, 0x9e3779b1) >>> 19;
    if (keys[slot] === key) return known[slot] ?? 0;
    misses++;
    const channel = compute(key);
    keys[slot] = key;
    known[slot] = channel;
    return channel;
  };
}
