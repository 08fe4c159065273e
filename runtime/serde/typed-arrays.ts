/** Typed arrays: their length in bytes, then their bytes as they lie in memory (all hosts of a cluster are little-endian). */
import { corrupt, readVarint, writeVarint, type Cursor } from './cursor.js';
import { TYPED_ARRAYS, type AnyTypedArray, type TypedArrayName } from './value-kind.js';

export function typedArrayBound(value: AnyTypedArray): number {
  return 5 + value.byteLength;
}

export function writeTypedArray(u8: Uint8Array, at: number, value: AnyTypedArray): number {
  const pos = writeVarint(u8, at, value.byteLength);
  u8.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), pos);
  return pos + value.byteLength;
}

/** A typed array of its own memory. */
export function readTypedArray(cursor: Cursor, type: TypedArrayName): AnyTypedArray {
  const byteLength = readVarint(cursor);
  const start = cursor.pos;
  cursor.pos += byteLength;
  if (cursor.pos > cursor.u8.length) throw corrupt('a typed array is longer than its record');
  const bytes = new Uint8Array(byteLength);
  bytes.set(cursor.u8.subarray(start, cursor.pos));
  if (type === 'Buffer') return Buffer.from(bytes.buffer);
  return new TYPED_ARRAYS[type](bytes.buffer);
}
