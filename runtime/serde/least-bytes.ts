import { fieldsOf } from './generic.js';

/**
 * Bytes that the value takes at least once it is written, by lengths alone: no string is read, because reading one that was
 * put together from parts makes the whole of it on the heap. Counting stops beyond the limit.
 * @param value one whose bound was asked for, so that it is known not to be a cycle
 * @returns some number above the limit when it takes more than that
 */
export function leastBytes(value: unknown, limit: number): number {
  if (typeof value === 'string') return 1 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 1 + value.byteLength;
  let bytes = 0;
  for (const item of partsOf(value)) {
    bytes += leastBytes(item, limit - bytes);
    if (bytes > limit) break;
  }
  return bytes;
}

function* partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) yield* value as Iterable<unknown>;
  else if (value instanceof Map) for (const entry of value) yield* entry;
  // A field costs nothing of its own where the shape has its name, and where it is optional and not there.
  else for (const [, item] of fieldsOf(value)) yield item;
}
