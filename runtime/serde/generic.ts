/**
 * The generic encoding: each value behind a tag. It carries what no generated code can (mixed types, class instances as
 * plain objects, arrays with holes, objects without a prototype), slower than a learnt shape.
 */
import { WeftError } from '../common/errors/index.js';
import { bigintBound, readBigint, writeBigint } from './bigints.js';
import { corrupt, readCount, readVarint, writeVarint, type Cursor } from './cursor.js';
import { readString, stringBound, writeString } from './strings.js';
import { classNameOf, kindOfObject, TYPED_ARRAY_NAMES, typedArrayName, type AnyTypedArray } from './value-kind.js';
import { readTypedArray, typedArrayBound, writeTypedArray } from './typed-arrays.js';

const Tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  int: 4,
  double: 5,
  string: 6,
  bigint: 7,
  date: 8,
  array: 9,
  /** A hole in an array. */
  hole: 10,
  object: 11,
  nullObject: 12,
  map: 13,
  set: 14,
  typed: 15,
  arrayBuffer: 16,
} as const;

/** Deeper values are refused: they are cyclic, or would exhaust the stack. */
const MAX_DEPTH = 256;

/** Told of what loses its class on the way. */
export type InstanceListener = (reason: string) => void;

/** Most bytes that the value can need. @throws SERDE_UNSUPPORTED_VALUE, its message begins with the path below the value */
export function genericBound(value: unknown, report: InstanceListener, depth = 0): number {
  switch (typeof value) {
    case 'number':
      return 9;
    case 'string':
      return 1 + stringBound(value);
    case 'bigint':
      return 1 + bigintBound(value);
    case 'boolean':
    case 'undefined':
      return 1;
    case 'object':
      return value === null ? 1 : objectBound(value, report, depth);
    default:
      throw unsupported(`a ${typeof value}`);
  }
}

function objectBound(value: object, report: InstanceListener, depth: number): number {
  if (depth > MAX_DEPTH) throw unsupported(`nested more than ${MAX_DEPTH} levels deep (is it a cycle?)`);
  let bytes = 6;
  switch (kindOfObject(value)) {
    case 'date':
      return 9;
    case 'typed':
      return 2 + typedArrayBound(value as AnyTypedArray);
    case 'arraybuffer':
      return 6 + (value as ArrayBuffer).byteLength;
    case 'array':
      for (const item of value as unknown[]) bytes += genericBound(item, report, depth + 1);
      return bytes;
    case 'map':
      for (const [k, v] of value as Map<unknown, unknown>) {
        bytes += genericBound(k, report, depth + 1) + genericBound(v, report, depth + 1);
      }
      return bytes;
    case 'set':
      for (const item of value as Set<unknown>) bytes += genericBound(item, report, depth + 1);
      return bytes;
    case 'unsupported':
      throw unsupported(`a ${classNameOf(value)}`);
    case 'instance':
    case 'error':
      report(`it holds an instance of ${classNameOf(value)}; it arrives as a plain object`);
      break;
    default:
  }
  for (const [name, item] of fieldsOf(value)) bytes += stringBound(name) + genericBound(item, report, depth + 1);
  return bytes;
}

/** The fields that travel: own and enumerable; of errors also their name, message and stack. */
export function fieldsOf(value: object): [string, unknown][] {
  const fields = Object.entries(value);
  if (!(value instanceof Error)) return fields;
  return [['name', value.name], ['message', value.message], ['stack', value.stack], ...fields];
}

/** Writes a value whose bound was asked for before (which is also the check). */
export function writeGeneric(value: unknown, u8: Uint8Array, dv: DataView, at: number): number {
  let pos = at;
  switch (typeof value) {
    case 'undefined':
      u8[pos++] = Tag.undefined;
      return pos;
    case 'boolean':
      u8[pos++] = value ? Tag.true : Tag.false;
      return pos;
    case 'number':
      return writeNumber(value, u8, dv, pos);
    case 'string':
      u8[pos++] = Tag.string;
      return writeString(u8, pos, value);
    case 'bigint':
      u8[pos++] = Tag.bigint;
      return writeBigint(u8, pos, value);
    default:
      if (value !== null) return writeObject(value as object, u8, dv, pos);
      u8[pos++] = Tag.null;
      return pos;
  }
}

function writeNumber(value: number, u8: Uint8Array, dv: DataView, pos: number): number {
  if ((value | 0) === value && !Object.is(value, -0)) {
    u8[pos] = Tag.int;
    dv.setInt32(pos + 1, value, true);
    return pos + 5;
  }
  u8[pos] = Tag.double;
  dv.setFloat64(pos + 1, value, true);
  return pos + 9;
}

function writeObject(value: object, u8: Uint8Array, dv: DataView, at: number): number {
  let pos = at + 1;
  const kind = kindOfObject(value);
  switch (kind) {
    case 'date':
      u8[at] = Tag.date;
      dv.setFloat64(pos, (value as Date).getTime(), true);
      return pos + 8;
    case 'typed':
      u8[at] = Tag.typed;
      u8[pos] = TYPED_ARRAY_NAMES.indexOf(typedArrayName(value) ?? 'Uint8Array');
      return writeTypedArray(u8, pos + 1, value as AnyTypedArray);
    case 'arraybuffer':
      u8[at] = Tag.arrayBuffer;
      return writeTypedArray(u8, pos, new Uint8Array(value as ArrayBuffer));
    case 'array':
      u8[at] = Tag.array;
      pos = writeVarint(u8, pos, (value as unknown[]).length);
      for (let i = 0; i < (value as unknown[]).length; i++) {
        if (i in value) pos = writeGeneric((value as unknown[])[i], u8, dv, pos);
        else u8[pos++] = Tag.hole;
      }
      return pos;
    case 'map':
      u8[at] = Tag.map;
      pos = writeVarint(u8, pos, (value as Map<unknown, unknown>).size);
      for (const [k, v] of value as Map<unknown, unknown>) {
        pos = writeGeneric(v, u8, dv, writeGeneric(k, u8, dv, pos));
      }
      return pos;
    case 'set':
      u8[at] = Tag.set;
      pos = writeVarint(u8, pos, (value as Set<unknown>).size);
      for (const item of value as Set<unknown>) pos = writeGeneric(item, u8, dv, pos);
      return pos;
    default: {
      u8[at] = kind === 'nullproto' ? Tag.nullObject : Tag.object;
      const fields = fieldsOf(value);
      pos = writeVarint(u8, pos, fields.length);
      for (const [name, item] of fields) pos = writeGeneric(item, u8, dv, writeString(u8, pos, name));
      return pos;
    }
  }
}

/** @throws SERDE_CORRUPT */
export function readGeneric(cursor: Cursor): unknown {
  const tag = cursor.u8[cursor.pos++];
  switch (tag) {
    case Tag.undefined:
      return undefined;
    case Tag.null:
      return null;
    case Tag.false:
      return false;
    case Tag.true:
      return true;
    case Tag.int:
      cursor.pos += 4;
      return cursor.dv.getInt32(cursor.pos - 4, true);
    case Tag.double:
      cursor.pos += 8;
      return cursor.dv.getFloat64(cursor.pos - 8, true);
    case Tag.string:
      return readString(cursor, undefined);
    case Tag.bigint:
      return readBigint(cursor);
    case Tag.date:
      cursor.pos += 8;
      return new Date(cursor.dv.getFloat64(cursor.pos - 8, true));
    case Tag.array:
      return readArray(cursor);
    case Tag.object:
      return readFields(cursor, {});
    case Tag.nullObject:
      return readFields(cursor, Object.create(null) as Record<string, unknown>);
    case Tag.map: {
      const map = new Map<unknown, unknown>();
      for (let n = readCount(cursor); n > 0; n--) map.set(readGeneric(cursor), readGeneric(cursor));
      return map;
    }
    case Tag.set: {
      const set = new Set();
      for (let n = readCount(cursor); n > 0; n--) set.add(readGeneric(cursor));
      return set;
    }
    case Tag.typed: {
      const type = TYPED_ARRAY_NAMES[cursor.u8[cursor.pos++] ?? 255];
      if (type === undefined) throw corrupt('it names no typed array');
      return readTypedArray(cursor, type);
    }
    case Tag.arrayBuffer:
      return readTypedArray(cursor, 'Uint8Array').buffer;
    default:
      throw corrupt(`tag ${String(tag)} is unknown`);
  }
}

function readArray(cursor: Cursor): unknown[] {
  const length = readVarint(cursor);
  if (length > cursor.u8.length - cursor.pos) throw corrupt(`it claims ${length} elements`);
  const items: unknown[] = [];
  for (let i = 0; i < length; i++) {
    if (cursor.u8[cursor.pos] === Tag.hole) {
      cursor.pos++;
      items.length = i + 1;
    } else items[i] = readGeneric(cursor);
  }
  return items;
}

function readFields(cursor: Cursor, into: Record<string, unknown>): Record<string, unknown> {
  for (let n = readCount(cursor); n > 0; n--) setField(into, readString(cursor, undefined), readGeneric(cursor));
  return into;
}

/** Sets an own field, also one called `__proto__`. */
export function setField(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else object[name] = value;
}

function unsupported(what: string): WeftError {
  return new WeftError('SERDE_UNSUPPORTED_VALUE', `A record holds ${what}, which cannot be sent.`);
}
