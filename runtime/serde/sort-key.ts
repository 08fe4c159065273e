/**
 * Keys as bytes that compare, one unsigned byte after the other, as the keys themselves do: for sorting binary records.
 *
 * The order: undefined, null, false, true, numbers (NaN last, -0 is 0), bigints, strings by their UTF-16 code units,
 * dates by time, arrays element by element (a beginning of another comes first), objects by their fields in order of
 * name. No encoding is the beginning of another, so encodings can be put one behind the other for a composite order, and
 * inverting every byte of one turns its order round.
 */
import { WeftError } from '../common/errors/index.js';
import { classNameOf, kindOfObject } from './value-kind.js';

const enum Kind {
  /** Stands where an element or a field could follow: lower than every other. */
  end = 0,
  undefined = 1,
  null = 2,
  false = 3,
  true = 4,
  number = 5,
  bigint = 6,
  string = 7,
  date = 8,
  array = 9,
  object = 10,
}

/** Deeper keys are refused: they are cyclic, or no keys. */
const MAX_DEPTH = 16;

/** Most bytes that `writeSortKey` can need. @throws SERDE_BAD_KEY */
export function sortKeyBound(key: unknown, depth = 0): number {
  switch (typeof key) {
    case 'number':
      return 9;
    case 'string':
      return 2 + 3 * key.length;
    case 'boolean':
    case 'undefined':
      return 1;
    case 'bigint':
      return 7 + Math.ceil(key.toString(16).length / 2);
    case 'object':
      return key === null ? 1 : objectBound(key, depth);
    default:
      throw badKey(`a ${typeof key}`);
  }
}

function objectBound(key: object, depth: number): number {
  if (depth > MAX_DEPTH) throw badKey(`nested more than ${MAX_DEPTH} levels deep`);
  const kind = kindOfObject(key);
  if (kind === 'date') return 9;
  let bytes = 2;
  if (kind === 'array') for (const item of key as unknown[]) bytes += sortKeyBound(item, depth + 1);
  else if (kind === 'plain' || kind === 'nullproto') {
    for (const [name, item] of Object.entries(key)) bytes += 2 + 3 * name.length + sortKeyBound(item, depth + 1);
  } else throw badKey(`a ${classNameOf(key)}`);
  return bytes;
}

/**
 * Writes a key whose bound was asked for before (which is also the check).
 * @returns the position behind it
 */
export function writeSortKey(key: unknown, u8: Uint8Array, dv: DataView, at: number): number {
  switch (typeof key) {
    case 'number':
      u8[at] = Kind.number;
      return writeOrderedDouble(key, dv, at + 1);
    case 'string':
      u8[at] = Kind.string;
      return writeOrderedString(key, u8, at + 1);
    case 'boolean':
      u8[at] = key ? Kind.true : Kind.false;
      return at + 1;
    case 'bigint':
      u8[at] = Kind.bigint;
      return writeOrderedBigint(key, u8, dv, at + 1);
    case 'undefined':
      u8[at] = Kind.undefined;
      return at + 1;
    default:
      if (key !== null) return writeOrderedObject(key as object, u8, dv, at);
      u8[at] = Kind.null;
      return at + 1;
  }
}

/** IEEE 754 with the greatest byte first compares as bytes once negative numbers are inverted and the sign is flipped. */
export function writeOrderedDouble(value: number, dv: DataView, at: number): number {
  dv.setFloat64(at, value === 0 ? 0 : value);
  const high = dv.getInt32(at);
  if (high < 0 && !Number.isNaN(value)) {
    dv.setInt32(at, ~high);
    dv.setInt32(at + 4, ~dv.getInt32(at + 4));
  } else {
    // Every NaN as the one above Infinity, whatever its sign and payload.
    dv.setUint32(at, Number.isNaN(value) ? 0xffffffff : (high | 0x80000000) >>> 0);
  }
  return at + 8;
}

/** Code units in one to three bytes, the smaller ones in fewer, none of them beginning with the zero that ends the string. */
function writeOrderedString(text: string, u8: Uint8Array, at: number): number {
  let pos = at;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x7f) u8[pos++] = code + 1;
    else if (code < 0x7f + 0x4000) {
      u8[pos++] = 0x80 | ((code - 0x7f) >> 8);
      u8[pos++] = code - 0x7f;
    } else {
      u8[pos++] = 0xc0;
      u8[pos++] = (code - 0x407f) >> 8;
      u8[pos++] = code - 0x407f;
    }
  }
  u8[pos++] = Kind.end;
  return pos;
}

/** A sign, the count of bytes, the magnitude with its greatest byte first; all of it inverted for negative ones. */
function writeOrderedBigint(value: bigint, u8: Uint8Array, dv: DataView, at: number): number {
  const negative = value < 0n;
  const hex = (negative ? -value : value).toString(16);
  const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  u8[at] = 1;
  dv.setUint32(at + 1, magnitude.length);
  u8.set(magnitude, at + 5);
  const end = at + 5 + magnitude.length;
  if (negative) {
    invert(u8, at + 1, end);
    u8[at] = 0;
  }
  return end;
}

function writeOrderedObject(key: object, u8: Uint8Array, dv: DataView, at: number): number {
  if (key instanceof Date) {
    u8[at] = Kind.date;
    return writeOrderedDouble(key.getTime(), dv, at + 1);
  }
  let pos = at + 1;
  if (Array.isArray(key)) {
    u8[at] = Kind.array;
    for (const item of key as unknown[]) pos = writeSortKey(item, u8, dv, pos);
  } else {
    u8[at] = Kind.object;
    const fields = Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, item] of fields) {
      pos = writeSortKey(item, u8, dv, writeSortKey(name, u8, dv, pos));
    }
  }
  u8[pos++] = Kind.end;
  return pos;
}

/** Turns the order of an encoding round. */
export function invert(u8: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) u8[i] = ~(u8[i] ?? 0);
}

function badKey(what: string): WeftError {
  return new WeftError('SERDE_BAD_KEY', `A record cannot be sorted by ${what}.`);
}
