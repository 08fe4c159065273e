/**
 * The natural order of what aggregations compare: Java's, where JavaScript has two answers (NaN is the greatest
 * number).
 */

/**
 * Negative, zero or positive; undefined when the two cannot be compared (other types than these, or two different
 * ones).
 */
export function compareValues(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return order(a, b, Number.isNaN(a), Number.isNaN(b));
  if (typeof a === 'string' && typeof b === 'string') return order(a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return order(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return order(a, b);
  if (a instanceof Date && b instanceof Date) return compareValues(a.getTime(), b.getTime());
  return undefined;
}

function order<T extends number | string | bigint | boolean>(a: T, b: T, aIsNaN = false, bIsNaN = false): number {
  if (aIsNaN || bIsNaN) return Number(aIsNaN) - Number(bIsNaN);
  return a < b ? -1 : a > b ? 1 : 0;
}
