/**
 * The shape of records: plain data, learnt from records or declared, merged as further records differ, sent in
 * band before the first record that uses it, and compiled into code on both ends.
 */
import { isExactly, kindOfObject, classNameOf, typedArrayName, type TypedArrayName } from './value-kind.js';
import type { FallbackListener } from './fallback.js';

export type Shape =
  /** Of no value yet, e.g. the elements of an empty array. */
  | { k: 'never' }
  /** A 32-bit integer that is not -0. */
  | { k: 'int' }
  | { k: 'num' }
  | { k: 'bool' }
  | { k: 'str' }
  | { k: 'big' }
  | { k: 'date' }
  | { k: 'typed'; type: TypedArrayName }
  /** Or null, or undefined. */
  | { k: 'opt'; of: Shape; nul: boolean; undef: boolean }
  | { k: 'obj'; fields: readonly Field[] }
  | { k: 'arr'; of: Shape }
  | { k: 'tuple'; items: readonly Shape[] }
  | { k: 'map'; key: Shape; value: Shape }
  | { k: 'set'; of: Shape }
  /** Whatever the generic, tagged encoding carries. */
  | { k: 'any' };

export interface Field {
  name: string;
  shape: Shape;
  /** Missing in some records, which is not the same as undefined. */
  optional: boolean;
}

export const ANY: Shape = { k: 'any' };
const NEVER: Shape = { k: 'never' };

/** Deeper than this (or cyclic), wider than this: not worth code of its own. */
export const MAX_DEPTH = 8;
export const MAX_FIELDS = 64;
/** Arrays of mixed types up to this length are tuples. */
export const MAX_TUPLE = 16;

/** The shape of one value. What only the generic encoding can carry becomes `any`, and is reported. */
export function shapeOf(value: unknown, report: FallbackListener, path = 'record', depth = 0): Shape {
  switch (typeof value) {
    case 'number':
      return (value | 0) === value && !Object.is(value, -0) ? { k: 'int' } : { k: 'num' };
    case 'string':
      return { k: 'str' };
    case 'boolean':
      return { k: 'bool' };
    case 'bigint':
      return { k: 'big' };
    case 'undefined':
      return { k: 'opt', of: NEVER, nul: false, undef: true };
    case 'object':
      return value === null
        ? { k: 'opt', of: NEVER, nul: true, undef: false }
        : shapeOfObject(value, report, path, depth);
    default:
      return ANY;
  }
}

function shapeOfObject(value: object, report: FallbackListener, path: string, depth: number): Shape {
  if (depth >= MAX_DEPTH) return generic(report, path, `it is nested more than ${MAX_DEPTH} levels deep`);
  const below = (inner: unknown, step: string) => shapeOf(inner, report, path + step, depth + 1);
  switch (kindOfObject(value)) {
    case 'plain':
      return shapeOfFields(value as Record<string, unknown>, report, path, below);
    case 'array':
      if (!isExactly(value, Array)) break;
      return shapeOfArray(value as unknown[], report, path, below);
    case 'date':
      if (!isExactly(value, Date)) break;
      return { k: 'date' };
    case 'typed':
      return { k: 'typed', type: typedArrayName(value) ?? 'Uint8Array' };
    case 'map': {
      if (!isExactly(value, Map)) break;
      let [key, item] = [NEVER, NEVER];
      for (const [k, v] of value as Map<unknown, unknown>) {
        key = mergeShapes(key, below(k, '.<key>'), report, `${path}.<key>`);
        item = mergeShapes(item, below(v, '.<value>'), report, `${path}.<value>`);
      }
      return { k: 'map', key, value: item };
    }
    case 'set': {
      if (!isExactly(value, Set)) break;
      let of = NEVER;
      for (const item of value as Set<unknown>) of = mergeShapes(of, below(item, '[]'), report, `${path}[]`);
      return { k: 'set', of };
    }
    case 'nullproto':
      return generic(report, path, 'it is an object without a prototype');
    case 'arraybuffer':
      return generic(report, path, 'it is an ArrayBuffer');
    default:
  }
  return generic(report, path, `it is an instance of ${classNameOf(value)}; it arrives as a plain object`);
}

function shapeOfFields(
  value: Record<string, unknown>,
  report: FallbackListener,
  path: string,
  below: (inner: unknown, step: string) => Shape,
): Shape {
  const names = Object.keys(value);
  if (names.length > MAX_FIELDS) return generic(report, path, `it has more than ${MAX_FIELDS} fields`);
  // Generated code tells a missing field by reading undefined, which an inherited name would not give.
  const inherited = names.find((name) => name in Object.prototype);
  if (inherited !== undefined) return generic(report, path, `it has a field called ${inherited}`);
  return { k: 'obj', fields: names.map((name) => ({ name, shape: below(value[name], `.${name}`), optional: false })) };
}

function shapeOfArray(
  value: readonly unknown[],
  report: FallbackListener,
  path: string,
  below: (inner: unknown, step: string) => Shape,
): Shape {
  const items: Shape[] = [];
  for (let i = 0; i < value.length; i++) {
    if (!(i in value)) return generic(report, path, 'it is an array with holes');
    items.push(below(value[i], `[${i}]`));
  }
  const of = items.reduce((a, b) => mergeShapes(a, b, () => {}, path), NEVER);
  if (!isMixed(of)) return { k: 'arr', of };
  if (items.length <= MAX_TUPLE) return { k: 'tuple', items };
  report(`${path}[]`, 'its elements are of different types');
  return { k: 'arr', of: ANY };
}

/** A shape that fits all that either fits. Types that have nothing in common become `any`, and are reported. */
export function mergeShapes(a: Shape, b: Shape, report: FallbackListener, path = 'record'): Shape {
  if (a.k === 'never') return b;
  if (b.k === 'never') return a;
  if (a.k === 'any' || b.k === 'any') return ANY;
  if (a.k === 'opt' || b.k === 'opt') {
    const [left, right] = [asOptional(a), asOptional(b)];
    const of = mergeShapes(left.of, right.of, report, path);
    return of.k === 'any' ? ANY : { k: 'opt', of, nul: left.nul || right.nul, undef: left.undef || right.undef };
  }
  if (isNumeric(a) && isNumeric(b)) return a.k === b.k ? a : { k: 'num' };
  if (a.k === b.k) return mergeSameKind(a, b, report, path);
  if (isList(a) && isList(b)) return { k: 'arr', of: mergeAll([elementOf(a), elementOf(b)], report, `${path}[]`) };
  return generic(report, path, `it is sometimes ${nameOf(a)} and sometimes ${nameOf(b)}`);
}

function mergeSameKind(a: Shape, b: Shape, report: FallbackListener, path: string): Shape {
  if (a.k === 'obj' && b.k === 'obj') return mergeFields(a.fields, b.fields, report, path);
  if (a.k === 'arr' && b.k === 'arr') return { k: 'arr', of: mergeShapes(a.of, b.of, report, `${path}[]`) };
  if (a.k === 'set' && b.k === 'set') return { k: 'set', of: mergeShapes(a.of, b.of, report, `${path}[]`) };
  if (a.k === 'map' && b.k === 'map') {
    return {
      k: 'map',
      key: mergeShapes(a.key, b.key, report, `${path}.<key>`),
      value: mergeShapes(a.value, b.value, report, `${path}.<value>`),
    };
  }
  if (a.k === 'tuple' && b.k === 'tuple') {
    if (a.items.length !== b.items.length) {
      return { k: 'arr', of: mergeAll([...a.items, ...b.items], report, `${path}[]`) };
    }
    const items = a.items.map((item, i) => mergeShapes(item, b.items[i] ?? NEVER, report, `${path}[${i}]`));
    return { k: 'tuple', items };
  }
  if (a.k === 'typed' && b.k === 'typed' && a.type !== b.type) {
    return generic(report, path, `it is sometimes a ${a.type} and sometimes a ${b.type}`);
  }
  return a;
}

function mergeFields(a: readonly Field[], b: readonly Field[], report: FallbackListener, path: string): Shape {
  const right = new Map(b.map((field) => [field.name, field]));
  const fields: Field[] = a.map((field) => {
    const other = right.get(field.name);
    right.delete(field.name);
    if (other === undefined) return { ...field, optional: true };
    const shape = mergeShapes(field.shape, other.shape, report, `${path}.${field.name}`);
    return { name: field.name, shape, optional: field.optional || other.optional };
  });
  for (const field of right.values()) fields.push({ ...field, optional: true });
  if (fields.length > MAX_FIELDS) return generic(report, path, `it has more than ${MAX_FIELDS} different fields`);
  return { k: 'obj', fields };
}

function mergeAll(shapes: readonly Shape[], report: FallbackListener, path: string): Shape {
  return shapes.reduce((a, b) => mergeShapes(a, b, report, path), NEVER);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isMixed(shape: Shape): boolean {
  return shape.k === 'any' || (shape.k === 'opt' && shape.of.k === 'any');
}

function isNumeric(shape: Shape): boolean {
  return shape.k === 'int' || shape.k === 'num';
}

function isList(shape: Shape): shape is Extract<Shape, { k: 'arr' | 'tuple' }> {
  return shape.k === 'arr' || shape.k === 'tuple';
}

function elementOf(shape: Extract<Shape, { k: 'arr' | 'tuple' }>): Shape {
  return shape.k === 'arr' ? shape.of : mergeAll(shape.items, () => {}, '');
}

function asOptional(shape: Shape): { of: Shape; nul: boolean; undef: boolean } {
  return shape.k === 'opt' ? shape : { of: shape, nul: false, undef: false };
}

function generic(report: FallbackListener, path: string, reason: string): Shape {
  report(path, reason);
  return ANY;
}

function nameOf(shape: Shape): string {
  const names: Partial<Record<Shape['k'], string>> = {
    int: 'a number',
    num: 'a number',
    bool: 'a boolean',
    str: 'a string',
    big: 'a bigint',
    date: 'a Date',
    obj: 'an object',
    arr: 'an array',
    tuple: 'an array',
    map: 'a Map',
    set: 'a Set',
  };
  return names[shape.k] ?? (shape.k === 'typed' ? `a ${shape.type}` : shape.k);
}
