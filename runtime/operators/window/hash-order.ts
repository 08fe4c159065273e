/**
 * The order in which Flink goes through windows that it merges: that of a Java HashSet. The records of merged sessions stand in
 * this order, so that a program sees them as it does in Flink.
 */
const MASK = (1n << 64n) - 1n;

/** Flink's hash of a window. */
function hashOf({ start, end }: { start: number; end: number }): number {
  let bits = BigInt(start + end) & MASK;
  bits = ((bits ^ (bits >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  bits = ((bits ^ (bits >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return Number((bits ^ (bits >> 31n)) & 0xffffffffn) | 0;
}

/** @param windows in the order of their starts @param alsoThere how many more the set has held */
export function inHashOrder<W extends { start: number; end: number }>(windows: readonly W[], alsoThere: number): W[] {
  let buckets = 16;
  while ((windows.length + alsoThere) * 4 > buckets * 3) buckets *= 2;
  const bucketOf = (window: W): number => {
    const hash = hashOf(window);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return windows.toSorted((a, b) => bucketOf(a) - bucketOf(b));
}
