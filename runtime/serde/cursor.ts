import { WeftError } from '../common/errors/index.js';

/** Buffer's native decoders, without the look-up of the encoding's name that `toString` makes. */
export interface NativeBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
}

/** A place in memory that records are read from: three views of the same bytes, and how far reading has come. */
export interface Cursor {
  u8: Uint8Array;
  dv: DataView;
  /** The same bytes as a Buffer: its native methods decode long strings. */
  buffer: NativeBuffer;
  pos: number;
  /** The keys that the writer has told so far, by their numbers. */
  keys: string[];
  /** As `keys`, what the reader of the records keeps for them: gone when a number is told for another key. */
  kept: unknown[];
}

export function cursorOver(bytes: Uint8Array, pos = 0, keys: string[] = [], kept: unknown[] = []): Cursor {
  return {
    u8: bytes,
    dv: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    buffer: Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength) as unknown as NativeBuffer,
    pos,
    keys,
    kept,
  };
}

/** An unsigned number below 2³² in 1 to 5 bytes, low bits first. */
export function writeVarint(u8: Uint8Array, pos: number, value: number): number {
  let rest = value;
  while (rest > 127) {
    u8[pos++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  u8[pos++] = rest;
  return pos;
}

export function readVarint(cursor: Cursor): number {
  const { u8 } = cursor;
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = u8[cursor.pos++];
    if (byte === undefined) throw corrupt('it ends within a length');
    value |= (byte & 127) << shift;
    if (byte < 128) return value >>> 0;
  }
  throw corrupt('a length is too long');
}

/** A count of elements, each of at least one byte, that must still be there. */
export function readCount(cursor: Cursor): number {
  const count = readVarint(cursor);
  if (count > cursor.u8.length - cursor.pos) throw corrupt(`it claims ${count} elements`);
  return count;
}

export function corrupt(why: string): WeftError {
  return new WeftError('SERDE_CORRUPT', `A record cannot be decoded: ${why}.`);
}
