/** Single values as bytes that say themselves what they are: for what is too little to be worth a shape. */
import { cursorOver } from './cursor.js';
import { genericBound, readGeneric, writeGeneric } from './generic.js';

/** @throws SERDE_UNSUPPORTED_VALUE */
export function encodeTagged(value: unknown): Uint8Array {
  const bytes = new Uint8Array(genericBound(value, () => undefined));
  return bytes.subarray(0, writeGeneric(value, bytes, new DataView(bytes.buffer), 0));
}

/** @throws SERDE_CORRUPT */
export function decodeTagged(bytes: Uint8Array): unknown {
  return readGeneric(cursorOver(bytes));
}
