/**
 * Strings: a length with a flag in its lowest bit (0: one byte a character, 1: two), then the characters. Two-byte strings
 * keep lone surrogates, and need no decoding. Reading is the costly part (a new string has to be made), so short strings
 * that repeat are found again by their bytes.
 */
import { readVarint, writeVarint, type Cursor, type NativeBuffer } from './cursor.js';

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
  return cache.lookup(u8, cursor.buffer, start, length);
}

const CACHE_SLOTS = 2048;
/** Longer ones hardly repeat, and cost too much to compare. Generated code relies on it: it is what one length byte can tell. */
const MAX_CACHED_LENGTH = 63;
const SAMPLE = 4096;

/**
 * Recently read short strings by a hash of their bytes; one per string field of a gate. Where strings hardly repeat it
 * steps aside and tries again later, each time after a longer while.
 */
export class StringCache {
  private readonly slots: string[] = new Array<string>(CACHE_SLOTS).fill('');
  private lookups = 0;
  private misses = 0;
  private pauses = 0;
  /** Lookups that are still answered without the cache. */
  private paused = 0;

  lookup(u8: Uint8Array, buffer: NativeBuffer, start: number, length: number): string {
    if (length === 0) return '';
    if (this.paused > 0) {
      this.paused--;
      return buffer.latin1Slice(start, start + length);
    }
    if (++this.lookups === SAMPLE) this.review();
    const end = start + length;
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (u8[i] ?? 0)) | 0;
    const slot = (hash ^ (hash >>> 11)) & (CACHE_SLOTS - 1);
    const known = this.slots[slot] ?? '';
    if (known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === u8[start + i]) i++;
      if (i === length) return known;
    }
    this.misses++;
    const text = buffer.latin1Slice(start, end);
    this.slots[slot] = text;
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
