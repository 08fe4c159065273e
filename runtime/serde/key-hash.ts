/**
 * Keys as canonical bytes, and their hash. Part of the format of state: a change needs a new KEY_HASH_VERSION.
 *
 * The bytes of a key are its content followed by one byte for its type: a string's characters (one byte each if all are
 * below U+0100, else two, low byte first), a 32-bit integer's four bytes, another number's eight bytes of IEEE 754, a
 * bigint's sign and magnitude, a boolean's 0 or 1, a Date's milliseconds as a double, an array's elements each behind its
 * length. 0 and -0 are the same key; 1 and 1n are not. The hash is murmur3 (32 bit, seed 0) without its sign bit.
 */
import { WeftError } from '../common/errors/index.js';
import { bigintBound, writeBigint } from './bigints.js';

export const KEY_HASH_VERSION = 1;

/** The last byte of a key's bytes. */
export const enum KeyType {
  latin1 = 1,
  utf16 = 2,
  int = 3,
  double = 4,
  bigint = 5,
  boolean = 6,
  date = 7,
  array = 8,
}

const scratch = new DataView(new ArrayBuffer(16));
const scratchBytes = new Uint8Array(scratch.buffer);

/** @returns 0 ≤ hash < 2³¹ @throws SERDE_BAD_KEY */
export function hashKey(key: unknown): number {
  if (typeof key === 'string') return hashString(key);
  if (typeof key === 'number' && (key | 0) === key) {
    // The bytes of the integer are one block, the type is the tail.
    return finish(mixTail(mixBlock(0, key | 0), KeyType.int), 5);
  }
  if (typeof key === 'number' && !Number.isNaN(key)) {
    scratch.setFloat64(0, key, true);
    const hash = mixBlock(mixBlock(0, scratch.getInt32(0, true)), scratch.getInt32(4, true));
    return finish(mixTail(hash, KeyType.double), 9);
  }
  const bytes = canonicalKeyBytes(key);
  return murmur3(bytes, bytes.length);
}

/** The arithmetic of `mixBlock` and `finish` stands here once more: calls would take longer than what they do. */
function hashString(text: string): number {
  const { length } = text;
  let hash = 0;
  let seen = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    seen |= a | b | c | d;
    const block = Math.imul(a | (b << 8) | (c << 16) | (d << 24), 0xcc9e2d51);
    hash ^= Math.imul((block << 15) | (block >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  let shift = 0;
  for (; i < length; i++, shift += 8) {
    const code = text.charCodeAt(i);
    seen |= code;
    tail |= code << shift;
  }
  if (seen > 255) {
    const bytes = canonicalKeyBytes(text);
    return murmur3(bytes, bytes.length);
  }
  const rest = Math.imul(tail | (KeyType.latin1 << shift), 0xcc9e2d51);
  hash ^= Math.imul((rest << 15) | (rest >>> 17), 0x1b873593);
  if (shift === 24) hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  return finish(hash, length + 1);
}

function murmur3(bytes: Uint8Array, length: number): number {
  let hash = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) hash = mixBlock(hash, word(bytes, i, 4));
  if (i < length) hash = mixTail(hash, word(bytes, i, length - i));
  return finish(hash, length);
}

function word(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value |= (bytes[at + i] ?? 0) << (8 * i);
  return value;
}

function mixBlock(hash: number, block: number): number {
  let h = mixTail(hash, block);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

function mixTail(hash: number, block: number): number {
  let k = Math.imul(block, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  return hash ^ Math.imul(k, 0x1b873593);
}

function finish(hash: number, length: number): number {
  let h = hash ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & 0x7fffffff;
}

/** @throws SERDE_BAD_KEY */
export function canonicalKeyBytes(key: unknown, depth = 0): Uint8Array {
  switch (typeof key) {
    case 'string':
      return stringBytes(key);
    case 'boolean':
      return Uint8Array.of(key ? 1 : 0, KeyType.boolean);
    case 'bigint': {
      const bytes = new Uint8Array(bigintBound(key) + 1);
      const end = writeBigint(bytes, 0, key);
      bytes[end] = KeyType.bigint;
      return bytes.subarray(0, end + 1);
    }
    case 'number':
      if (Number.isNaN(key)) throw badKey('NaN');
      return numberBytes(key);
    case 'object':
      if (key instanceof Date) return dateBytes(key);
      if (Array.isArray(key)) return arrayBytes(key, depth);
      throw badKey(key === null ? 'null' : 'an object');
    default:
      throw badKey(key === undefined ? 'undefined' : `a ${typeof key}`);
  }
}

function stringBytes(text: string): Uint8Array {
  const latin1 = Buffer.from(text, 'latin1');
  const isLatin1 = latin1.toString('latin1') === text;
  return Buffer.concat([
    isLatin1 ? latin1 : Buffer.from(text, 'utf16le'),
    Uint8Array.of(isLatin1 ? KeyType.latin1 : KeyType.utf16),
  ]);
}

function numberBytes(key: number): Uint8Array {
  if ((key | 0) === key) {
    scratch.setInt32(0, key, true);
    scratchBytes[4] = KeyType.int;
    return scratchBytes.slice(0, 5);
  }
  scratch.setFloat64(0, key, true);
  scratchBytes[8] = KeyType.double;
  return scratchBytes.slice(0, 9);
}

function dateBytes(key: Date): Uint8Array {
  const timeMs = key.getTime();
  if (Number.isNaN(timeMs)) throw badKey('an invalid Date');
  scratch.setFloat64(0, timeMs, true);
  scratchBytes[8] = KeyType.date;
  return scratchBytes.slice(0, 9);
}

function arrayBytes(key: readonly unknown[], depth: number): Uint8Array {
  if (depth > 8) throw badKey('an array nested more than 8 levels deep');
  const parts: Uint8Array[] = [];
  for (const item of key) {
    const bytes = canonicalKeyBytes(item, depth + 1);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat([...parts, Uint8Array.of(KeyType.array)]);
}

/** Stands before the bytes of keys that are no primitives. */
const BYTES_FOLLOW = '\uffffkey:';

/** A key as it is found in a Map. */
export type KeyIdentity = string | number | bigint | boolean;

/**
 * The key as a value that a Map tells apart as the hash does: primitives are themselves, dates and arrays a string of
 * their canonical bytes (behind U+FFFF and a name, which no sane string key begins with).
 * @throws SERDE_BAD_KEY
 */
export function keyIdentity(key: unknown): KeyIdentity {
  if (typeof key === 'string' || typeof key === 'bigint' || typeof key === 'boolean') return key;
  if (typeof key === 'number' && !Number.isNaN(key)) return key === 0 ? 0 : key;
  return BYTES_FOLLOW + Buffer.from(canonicalKeyBytes(key)).toString('latin1');
}

/** The canonical bytes of a key that is no primitive, from its identity; undefined for a string that is one itself. */
export function bytesInIdentity(text: string): Buffer | undefined {
  return text.startsWith(BYTES_FOLLOW) ? Buffer.from(text.slice(BYTES_FOLLOW.length), 'latin1') : undefined;
}

/** The hash of a key, from its identity. */
export function hashIdentity(id: KeyIdentity): number {
  const bytes = typeof id === 'string' ? bytesInIdentity(id) : undefined;
  return bytes === undefined ? hashKey(id) : murmur3(bytes, bytes.length);
}

function badKey(what: string): WeftError {
  return new WeftError('SERDE_BAD_KEY', `The key of a record is ${what}.`);
}
