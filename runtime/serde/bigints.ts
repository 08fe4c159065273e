/** BigInts: a length with the sign in its lowest bit, then the magnitude, low bytes first. */
import { readVarint, writeVarint, type Cursor } from './cursor.js';

/** Most bytes that `writeBigint` can need. */
export function bigintBound(value: bigint): number {
  if (BigInt.asIntN(64, value) === value) return 14;
  return 6 + Math.ceil(magnitude(value).toString(16).length / 2);
}

export function writeBigint(u8: Uint8Array, at: number, value: bigint): number {
  const hex = value === 0n ? '' : magnitude(value).toString(16);
  const length = (hex.length + 1) >> 1;
  const pos = writeVarint(u8, at, length * 2 + (value < 0n ? 1 : 0));
  for (let i = 0; i < length; i++) {
    u8[pos + i] = parseInt(hex.slice(Math.max(0, hex.length - 2 * i - 2), hex.length - 2 * i), 16);
  }
  return pos + length;
}

export function readBigint(cursor: Cursor): bigint {
  const header = readVarint(cursor);
  const length = header >>> 1;
  const start = cursor.pos;
  cursor.pos += length;
  if (length === 0) return 0n;
  const hex = Buffer.from(cursor.u8.slice(start, cursor.pos)).reverse().toString('hex');
  const value = BigInt(`0x${hex}`);
  return (header & 1) === 1 ? -value : value;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
