/**
 * Strings: a length with a flag in its lowest bit (0: one byte a character, 1: two), then the characters. Two-byte strings
 * keep lone surrogates, and need no decoding. Reading is the costly part (a new string has to be made), so short strings
 * that repeat are found again by their bytes.
 */
import { corrupt, readVarint, writeVarint, type Cursor, type NativeBuffer } from './cursor.js';

const BYTE_CAPACITY = 64;

/** Most bytes that `writeString` can need. */
export function stringBound(text: string): number {
  return 5 + text.length * 2;
}

export function writeString(u8: Uint8Array, pos: number, text: string): number {
  const { length } = text;
  let at = length < BYTE_CAPACITY ? pos + 1 : writeVarint(u8, pos, length * 2);
  if (length < BYTE_CAPACITY) u8[pos] = length * 2;
  let seen = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    seen |= code;
    u8[at++] = code;
  }
  return seen < 256 ? at : writeWideString(u8, pos, text);
}

function writeWideString(u8: Uint8Array, pos: number, text: string): number {
  const { length } = text;
  let at = writeVarint(u8, pos, length * 2 + 1);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    u8[at] = code;
    u8[at + 1] = code >>> 8;
    at += 2;
  }
  return at;
}

export function readString(cursor: Cursor, cache: StringCache | undefined): string {
  const { u8 } = cursor;
  let header = u8[cursor.pos] ?? 0;
  if (header < 128) cursor.pos++;
  else header = readVarint(cursor);
  const length = header >>> 1;
  const start = cursor.pos;
  if ((header & 1) === 1) {
    cursor.pos = start + length * 2;
    return cursor.buffer.ucs2Slice(start, cursor.pos);
  }
  cursor.pos = start + length;
  if (length > MAX_CACHED_LENGTH || cache === undefined) return cursor.buffer.latin1Slice(start, cursor.pos);
  return cache.lookup(cursor, start, length);
}

/**
 * A key that goes along a channel again and again is told once with a number, and later written as that number. It stands
 * where the header of a string would be: this byte, which no header is, and two bytes with the number.
 */
export const KEY_NUMBER = 1;
/** Set in the number where the key itself follows: from now on it has this number. */
export const KEY_TOLD = 0x8000;

/** Writes a key as its number, telling it first if the reader does not know it. @param told by number: 1 = it does */
export function writeKey(u8: Uint8Array, pos: number, key: string, number: number, told: Uint8Array): number {
  const known = told[number] === 1;
  u8[pos] = KEY_NUMBER;
  u8[pos + 1] = number;
  u8[pos + 2] = (number >>> 8) | (known ? 0 : KEY_TOLD >>> 8);
  if (known) return pos + 3;
  told[number] = 1;
  return writeString(u8, pos + 3, key);
}

/** Most bytes that `writeKey` needs before the string itself. */
export const KEY_BOUND = 3;

/** Reads what `writeKey` has written behind KEY_NUMBER, if it is not a number that is known. */
export function readKey(cursor: Cursor, cache: StringCache): string {
  const { keys, kept } = cursor;
  const number = cursor.dv.getUint16(cursor.pos, true);
  if (number < KEY_TOLD) throw corrupt(`key number ${number} was not told`);
  cursor.pos += 2;
  const key = readString(cursor, cache);
  // Numbers are given out from 1 on, so that the array has no holes but for keys that went elsewhere.
  while (keys.length <= number - KEY_TOLD) {
    keys.push('');
    kept.push(undefined);
  }
  keys[number - KEY_TOLD] = key;
  kept[number - KEY_TOLD] = undefined;
  return key;
}

/** In pairs: two strings of equal hash do not drive each other out. */
const CACHE_SLOTS = 4096;
/** Longer ones hardly repeat, and cost too much to compare. Generated code relies on it: it is what one length byte can tell. */
const MAX_CACHED_LENGTH = 63;
const SAMPLE = 4096;

/**
 * Recently read short strings by a hash of their bytes; one per string field of a gate. Both hashing and comparing take
 * four bytes at a time, and the bytes of a known string are kept beside it, because its characters cost more to read.
 * Where strings hardly repeat the cache steps aside and tries again later, each time after a longer while.
 */
export class StringCache {
  /** About what a cache takes. */
  static readonly BYTES = CACHE_SLOTS * (MAX_CACHED_LENGTH + 1 + 8);

  private readonly slots: string[];
  /** The characters of a slot's string, MAX_CACHED_LENGTH + 1 bytes each. */
  private readonly known: DataView;
  private lookups = 0;
  private misses = 0;
  private pauses = 0;
  /** Lookups that are still answered without the cache. */
  private paused: number;

  /** @param enabled false: there is no memory for it, and every string is read anew */
  constructor(enabled = true) {
    this.slots = enabled ? new Array<string>(CACHE_SLOTS).fill('') : [];
    this.known = new DataView(new ArrayBuffer(enabled ? CACHE_SLOTS * (MAX_CACHED_LENGTH + 1) : 0));
    this.paused = enabled ? 0 : Infinity;
  }

  /** The string of so many one-byte characters. */
  lookup({ u8, dv, buffer }: Cursor, start: number, length: number): string {
    if (length === 0) return '';
    if (this.paused > 0) {
      this.paused--;
      return buffer.latin1Slice(start, start + length);
    }
    if (start + length > u8.length) throw corrupt('a string is longer than what is there');
    if (++this.lookups === SAMPLE) this.review();
    const slot =
      length < 4 ? slotOf(shortWord(u8, start, length), length) : slotOf(hashWords(dv, start, length), length);
    if (this.isKnown(u8, dv, start, length, slot)) return this.slots[slot] ?? '';
    if (this.isKnown(u8, dv, start, length, slot ^ 1)) return this.slots[slot ^ 1] ?? '';
    return this.learn(buffer, start, length, slot);
  }

  private isKnown(u8: Uint8Array, dv: DataView, start: number, length: number, slot: number): boolean {
    if (this.slots[slot]?.length !== length) return false;
    const { known } = this;
    const at = slot * (MAX_CACHED_LENGTH + 1);
    if (length < 4) return known.getInt32(at, true) === shortWord(u8, start, length);
    const last = length - 4;
    for (let i = 0; i < last; i += 4) {
      if (dv.getInt32(start + i, true) !== known.getInt32(at + i, true)) return false;
    }
    return dv.getInt32(start + last, true) === known.getInt32(at + last, true);
  }

  /** Takes a place of its own, if the pair has one, else that of the pair in turn. */
  private learn(buffer: NativeBuffer, start: number, length: number, slot: number): string {
    this.misses++;
    const text = buffer.latin1Slice(start, start + length);
    const place = this.slots[slot] === '' || (this.misses & 1) === 0 ? slot : slot ^ 1;
    this.slots[place] = text;
    const at = place * (MAX_CACHED_LENGTH + 1);
    this.known.setInt32(at, 0, true);
    for (let i = 0; i < length; i++) this.known.setUint8(at + i, text.charCodeAt(i));
    return text;
  }

  private review(): void {
    const useless = this.misses > SAMPLE * 0.7;
    this.pauses = useless ? Math.min(this.pauses + 1, 8) : 0;
    this.paused = useless ? SAMPLE << this.pauses : 0;
    this.lookups = 0;
    this.misses = 0;
  }
}

/** Fewer than four bytes as one number. */
function shortWord(u8: Uint8Array, start: number, length: number): number {
  let word = 0;
  for (let i = 0; i < length; i++) word |= (u8[start + i] ?? 0) << (8 * i);
  return word;
}

/** The last four bytes may overlap those before. */
function hashWords(dv: DataView, start: number, length: number): number {
  const last = length - 4;
  let hash = dv.getInt32(start + last, true);
  for (let i = 0; i < last; i += 4) hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ dv.getInt32(start + i, true);
  return hash;
}

function slotOf(hash: number, length: number): number {
  return Math.imul(hash ^ length, 0x9e3779b1) >>> SLOT_SHIFT;
}

const SLOT_SHIFT = 32 - Math.log2(CACHE_SLOTS);
