/** Keys to and from their canonical bytes (`key-hash.ts`), as they lie in a log. */
import { readBigint } from './bigints.js';
import { corrupt, cursorOver, type Cursor } from './cursor.js';
import { bytesInIdentity, canonicalKeyBytes, KeyType, type KeyIdentity } from './key-hash.js';

/** Most bytes that `writeKeyBytes` can need. */
export function keyBytesBound(id: KeyIdentity): number {
  if (typeof id === 'string') return 2 * id.length + 1;
  return typeof id === 'bigint' ? canonicalKeyBytes(id).length : 9;
}

/** @param id of the key @returns the position behind its bytes */
export function writeKeyBytes(id: KeyIdentity, u8: Uint8Array, dv: DataView, pos: number): number {
  if (typeof id === 'string') return writeText(id, u8, pos);
  if (typeof id === 'number') {
    const isInt = (id | 0) === id;
    if (isInt) dv.setInt32(pos, id, true);
    else dv.setFloat64(pos, id, true);
    const end = pos + (isInt ? 4 : 8);
    u8[end] = isInt ? KeyType.int : KeyType.double;
    return end + 1;
  }
  const bytes = canonicalKeyBytes(id);
  u8.set(bytes, pos);
  return pos + bytes.length;
}

function writeText(text: string, u8: Uint8Array, pos: number): number {
  const { length } = text;
  let seen = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    seen |= code;
    u8[pos + i] = code;
  }
  if (seen < 256) {
    u8[pos + length] = KeyType.latin1;
    return pos + length + 1;
  }
  const bytes = bytesInIdentity(text) ?? canonicalKeyBytes(text);
  u8.set(bytes, pos);
  return pos + bytes.length;
}

type ReadKey = (cursor: Cursor, start: number, end: number) => unknown;

const READERS: Readonly<Record<number, ReadKey | undefined>> = {
  [KeyType.latin1]: ({ buffer }, start, end) => buffer.latin1Slice(start, end),
  [KeyType.utf16]: ({ buffer }, start, end) => buffer.ucs2Slice(start, end),
  [KeyType.int]: ({ dv }, start) => dv.getInt32(start, true),
  [KeyType.double]: ({ dv }, start) => dv.getFloat64(start, true),
  [KeyType.boolean]: ({ u8 }, start) => u8[start] === 1,
  [KeyType.bigint]: ({ u8 }, start) => readBigint(cursorOver(u8, start)),
  [KeyType.date]: ({ dv }, start) => new Date(dv.getFloat64(start, true)),
  [KeyType.array]: readArray,
};

/** The key whose bytes lie there. @throws SERDE_CORRUPT */
export function readKeyBytes(cursor: Cursor, start: number, end: number): unknown {
  const type = cursor.u8[end - 1];
  const read = READERS[type];
  if (read === undefined) throw corrupt(`a key is of the unknown type ${type}`);
  return read(cursor, start, end - 1);
}

function readArray(cursor: Cursor, start: number, end: number): unknown[] {
  const items: unknown[] = [];
  for (let at = start; at < end;) {
    const itemEnd = at + 4 + cursor.dv.getUint32(at, true);
    if (itemEnd > end) throw corrupt('a part of a key is longer than the key');
    items.push(readKeyBytes(cursor, at + 4, itemEnd));
    at = itemEnd;
  }
  return items;
}
