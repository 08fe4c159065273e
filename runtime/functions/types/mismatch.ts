/** Says where and how a value differs from a declared type. Slow and thorough: asked once it is known that it does. */
import { inspect } from 'node:util';
import type { PlainDescription, RowField, TypeDescription } from './description.js';

export interface Mismatch {
  /** `record.user.tags[3]`. */
  path: string;
  /** `it must be a string, but is 5`. */
  problem: string;
}

const WORDS = {
  string: 'a string',
  boolean: 'a boolean',
  bigint: 'a bigint',
  date: 'a valid Date',
  int: 'a whole number of 32 bits',
  long: 'an exact whole number',
  double: 'a number',
  list: 'an array',
  set: 'a Set',
  map: 'a Map',
} as const;

/** The first mismatch; undefined when the value fits. */
export function mismatch(type: TypeDescription, value: unknown, path = 'record'): Mismatch | undefined {
  switch (type.kind) {
    case 'generic':
      return undefined;
    case 'optional':
      return value === undefined ? undefined : mismatch(type.of, value, path);
    case 'nullable':
      return value === null ? undefined : mismatch(type.of, value, path);
    case 'row':
      return rowMismatch(type.fields, value, path);
    case 'list':
    case 'tuple':
    case 'set':
    case 'map':
      return collectionMismatch(type, value, path);
    default:
      return isPlainly(type, value) ? undefined : { path, problem: wrong(nameOf(type), value) };
  }
}

function isPlainly(type: PlainDescription, value: unknown): boolean {
  switch (type.kind) {
    case 'int':
      return typeof value === 'number' && (value | 0) === value;
    case 'long':
      return Number.isSafeInteger(value);
    case 'double':
      return typeof value === 'number';
    case 'date':
      return isExactly(value, Date) && !Number.isNaN((value as Date).getTime());
    case 'enum':
      return (type.values as readonly unknown[]).includes(value);
    case 'typed':
      return isExactly(value, type.type);
    default:
      return typeof value === type.kind;
  }
}

function nameOf(type: PlainDescription): string {
  if (type.kind === 'enum') return `one of ${type.values.map((value) => JSON.stringify(value)).join(', ')}`;
  return type.kind === 'typed' ? `a ${type.type.name}` : WORDS[type.kind];
}

function rowMismatch(fields: readonly RowField[], value: unknown, path: string): Mismatch | undefined {
  if (!isExactly(value, Object)) {
    const expected = typeof value === 'object' && value !== null ? 'a plain object' : 'an object';
    return { path, problem: wrong(expected, value) };
  }
  const row = value as Record<string, unknown>;
  for (const { name, type, optional } of fields) {
    const below = `${path}.${name}`;
    if (Object.hasOwn(row, name)) {
      const found = mismatch(type, row[name], below);
      if (found !== undefined) return found;
    } else if (!optional) return { path: below, problem: 'it is missing' };
  }
  const extra = Object.keys(row).find((name) => fields.every((field) => field.name !== name));
  return extra === undefined ? undefined : { path: `${path}.${extra}`, problem: 'the type has no such field' };
}

function collectionMismatch(
  type: Extract<TypeDescription, { kind: 'list' | 'tuple' | 'set' | 'map' }>,
  value: unknown,
  path: string,
): Mismatch | undefined {
  if (type.kind === 'map') {
    if (!isExactly(value, Map)) return { path, problem: wrong(WORDS.map, value) };
    for (const [key, item] of value as Map<unknown, unknown>) {
      const found = mismatch(type.key, key, `${path}.<key>`) ?? mismatch(type.value, item, `${path}.<value>`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (type.kind === 'set') {
    if (!isExactly(value, Set)) return { path, problem: wrong(WORDS.set, value) };
    return firstOf([...(value as Set<unknown>)], () => type.of, `${path}[]`);
  }
  if (!isExactly(value, Array)) return { path, problem: wrong(WORDS.list, value) };
  const items = value as unknown[];
  if (type.kind === 'tuple' && items.length !== type.items.length) {
    return { path, problem: `it must have ${type.items.length} elements, but has ${items.length}` };
  }
  return firstOf(items, (i) => (type.kind === 'tuple' ? type.items[i] : type.of), path);
}

/** Elements of a Set have no numbers: the path says so already. */
function firstOf(
  items: readonly unknown[],
  typeOf: (i: number) => TypeDescription | undefined,
  path: string,
): Mismatch | undefined {
  for (let i = 0; i < items.length; i++) {
    const below = path.endsWith('[]') ? path : `${path}[${i}]`;
    if (!(i in items)) return { path: below, problem: 'the array has a hole there' };
    const type = typeOf(i);
    const found = type === undefined ? undefined : mismatch(type, items[i], below);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Exactly of the class, not of one that extends it: that would not survive on its way. */
function isExactly(value: unknown, type: { readonly prototype: unknown }): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === type.prototype;
}

function wrong(expected: string, value: unknown): string {
  const text = inspect(value, { depth: 0, maxStringLength: 60, breakLength: Infinity });
  return `it must be ${expected}, but is ${text}`;
}
