/** From a type that the program declared to the shape that its serializer is compiled for. */
import type { TypeDescription } from '../functions/types/index.js';
import { ANY, MAX_DEPTH, MAX_FIELDS, MAX_TUPLE, type Shape } from './shape.js';
import { typedArrayNameOf } from './value-kind.js';

/**
 * Records of the type fit the shape, -0 as an `int` excepted, which widens it. What is too deep or too wide for code of its
 * own travels in the generic encoding.
 */
export function shapeOfType(type: TypeDescription, depth = 0): Shape {
  if (depth >= MAX_DEPTH) return ANY;
  const below = (inner: TypeDescription): Shape => shapeOfType(inner, depth + 1);
  switch (type.kind) {
    case 'string':
      return { k: 'str' };
    case 'boolean':
      return { k: 'bool' };
    case 'bigint':
      return { k: 'big' };
    case 'date':
      return { k: 'date' };
    case 'int':
      return { k: 'int' };
    case 'long':
    case 'double':
      return { k: 'num' };
    case 'enum':
      return shapeOfLiterals(type.values);
    case 'list':
      return { k: 'arr', of: below(type.of) };
    case 'set':
      return { k: 'set', of: below(type.of) };
    case 'map':
      return { k: 'map', key: below(type.key), value: below(type.value) };
    case 'tuple':
      return type.items.length > MAX_TUPLE ? ANY : { k: 'tuple', items: type.items.map(below) };
    case 'row':
      if (type.fields.length > MAX_FIELDS) return ANY;
      return {
        k: 'obj',
        fields: type.fields.map(({ name, type: of, optional }) => ({ name, shape: below(of), optional })),
      };
    case 'typed': {
      const name = typedArrayNameOf(type.type);
      return name === undefined ? ANY : { k: 'typed', type: name };
    }
    case 'optional':
    case 'nullable':
      return orMissing(shapeOfType(type.of, depth), type.kind);
    case 'generic':
      return ANY;
  }
}

function orMissing(of: Shape, kind: 'optional' | 'nullable'): Shape {
  if (of.k === 'any') return ANY;
  const inner = of.k === 'opt' ? of : { of, nul: false, undef: false };
  return { k: 'opt', of: inner.of, nul: inner.nul || kind === 'nullable', undef: inner.undef || kind === 'optional' };
}

function shapeOfLiterals(values: readonly unknown[]): Shape {
  const kinds = new Set(values.map((value) => typeof value));
  if (kinds.size > 1) return ANY;
  if (kinds.has('string')) return { k: 'str' };
  return kinds.has('boolean') ? { k: 'bool' } : { k: 'num' };
}
