/**
 * Code that checks whether a value fits a shape and how many bytes it can need at most, and code that writes it. The check
 * comes first and is complete, so that writing never fails half-way.
 */
import { bigintBound, writeBigint } from './bigints.js';
import { property, type CodeBuilder } from './codegen.js';
import { writeVarint } from './cursor.js';
import type { FallbackListener } from './fallback.js';
import { genericBound, writeGeneric } from './generic.js';
import type { Field, Shape } from './shape.js';
import { KEY_BOUND, writeKey, writeString } from './strings.js';
import { typedArrayBound, writeTypedArray } from './typed-arrays.js';
import { TYPED_ARRAYS } from './value-kind.js';
import { WeftError } from '../common/errors/index.js';

export const ENCODE_CONSTANTS = {
  bigintBound,
  writeBigint,
  writeVarint,
  writeGeneric,
  writeKey,
  writeString,
  typedArrayBound,
  writeTypedArray,
  hasOwn: Object.hasOwn,
};

/**
 * Adds statements that `return -1` when the value does not fit, and add to `n` what depends on it.
 * @returns how many bytes the value needs besides that, at most
 */
export function emitCheck(shape: Shape, x: string, code: CodeBuilder, report: FallbackListener, path: string): number {
  const unless = (condition: string) => code.line(`if (!(${condition})) return -1;`);
  switch (shape.k) {
    case 'never':
      code.line('return -1;');
      return 0;
    case 'int':
      unless(`typeof ${x} === 'number' && (${x} | 0) === ${x} && (${x} !== 0 || 1 / ${x} > 0)`);
      return 4;
    case 'num':
      unless(`typeof ${x} === 'number'`);
      return 8;
    case 'bool':
      unless(`typeof ${x} === 'boolean'`);
      return 1;
    case 'str':
      unless(`typeof ${x} === 'string'`);
      code.line(`n += ${x}.length * 2;`);
      return 5 + KEY_BOUND;
    case 'big':
      unless(`typeof ${x} === 'bigint'`);
      code.line(`n += bigintBound(${x});`);
      return 0;
    case 'any':
      code.line(`n += ${code.constant('any', anyBound(report, path))}(${x});`);
      return 0;
    case 'opt':
      return emitOptionalCheck(shape, x, code, report, path);
    case 'obj':
      return emitObjectCheck(shape.fields, x, code, report, path);
    default:
      return emitBuiltInCheck(shape, x, code, report, path);
  }
}

function emitOptionalCheck(
  shape: Extract<Shape, { k: 'opt' }>,
  x: string,
  code: CodeBuilder,
  report: FallbackListener,
  path: string,
): number {
  code.line(`if (${x} === null) { ${shape.nul ? '' : 'return -1;'} }`);
  code.line(`else if (${x} === undefined) { ${shape.undef ? '' : 'return -1;'} } else {`);
  const bytes = emitCheck(shape.of, x, code, report, path);
  code.line('}');
  return 1 + bytes;
}

function emitObjectCheck(
  fields: readonly Field[],
  x: string,
  code: CodeBuilder,
  report: FallbackListener,
  path: string,
): number {
  const count = code.fresh('c');
  code.line(`if (typeof ${x} !== 'object' || ${x} === null || ${x}.constructor !== Object) return -1;`);
  code.line(`let ${count} = 0; for (const _ in ${x}) ${count}++;`);
  let bytes = 0;
  let required = 0;
  for (const field of fields) {
    const value = property(x, field.name);
    const below = `${path}.${field.name}`;
    if (field.optional) {
      bytes++;
      code.line(`if (${isPresent(x, field)}) { ${count}--;`);
      bytes += emitCheck(field.shape, value, code, report, below);
      code.line('}');
    } else {
      required++;
      const local = code.local();
      code.line(`${local} = ${value};`);
      if (mayBeUndefined(field.shape)) {
        code.line(`if (${local} === undefined && !hasOwn(${x}, ${JSON.stringify(field.name)})) return -1;`);
      }
      bytes += emitCheck(field.shape, local, code, report, below);
    }
  }
  code.line(`if (${count} !== ${required}) return -1;`);
  return bytes;
}

function emitBuiltInCheck(
  shape: Extract<Shape, { k: 'date' | 'typed' | 'arr' | 'tuple' | 'map' | 'set' }>,
  x: string,
  code: CodeBuilder,
  report: FallbackListener,
  path: string,
): number {
  const isA = (type: string) =>
    code.line(`if (typeof ${x} !== 'object' || ${x} === null || ${x}.constructor !== ${type}) return -1;`);
  /** Checks each element in a loop; what an element needs is added per element. */
  const each = (head: string, elements: [string, Shape, string][]) => {
    code.line(`for (${head}) {`);
    let bytes = 0;
    for (const [name, of, step] of elements) {
      const before = of.k === 'never' ? 0 : emitCheck(of, name, code, report, path + step);
      if (of.k === 'never') code.line('return -1;');
      bytes += before;
    }
    code.line(`n += ${bytes}; }`);
  };
  const item = code.fresh('e');
  switch (shape.k) {
    case 'date':
      isA('Date');
      return 8;
    case 'typed':
      isA(code.constant('Type', TYPED_ARRAYS[shape.type]));
      code.line(`n += typedArrayBound(${x});`);
      return 0;
    case 'arr': {
      isA('Array');
      const i = code.fresh('i');
      const hole = mayBeUndefined(shape.of) ? `if (${item} === undefined && !(${i} in ${x})) return -1;` : '';
      code.line(`for (let ${i} = 0; ${i} < ${x}.length; ${i}++) { const ${item} = ${x}[${i}]; ${hole}`);
      const bytes = emitCheck(shape.of, item, code, report, `${path}[]`);
      code.line(`n += ${bytes}; }`);
      return 5;
    }
    case 'tuple': {
      isA('Array');
      code.line(`if (${x}.length !== ${shape.items.length}) return -1;`);
      let bytes = 0;
      shape.items.forEach((of, i) => {
        if (mayBeUndefined(of)) code.line(`if (!(${i} in ${x})) return -1;`);
        bytes += emitCheck(of, `${x}[${i}]`, code, report, `${path}[${i}]`);
      });
      return bytes;
    }
    case 'map': {
      isA('Map');
      const key = code.fresh('k');
      each(`const [${key}, ${item}] of ${x}`, [
        [key, shape.key, '.<key>'],
        [item, shape.value, '.<value>'],
      ]);
      return 5;
    }
    case 'set':
      isA('Set');
      each(`const ${item} of ${x}`, [[item, shape.of, '[]']]);
      return 5;
  }
}

/**
 * Adds statements that write a checked value to `u8`/`dv` at `p` and move `p` on.
 * A string that is the record's `key` is written as its `number` where that is not 0; `told` is what the reader knows.
 */
export function emitWrite(shape: Shape, x: string, code: CodeBuilder): void {
  const item = code.fresh('e');
  switch (shape.k) {
    case 'never':
      return;
    case 'int': {
      code.line(`dv.setInt32(p, ${x}, true); p += 4;`);
      return;
    }
    case 'num': {
      code.line(`dv.setFloat64(p, ${x}, true); p += 8;`);
      return;
    }
    case 'bool': {
      code.line(`u8[p++] = ${x} ? 1 : 0;`);
      return;
    }
    case 'str': {
      code.line(`p = number !== 0 && ${x} === key ? writeKey(u8, p, key, number, told) : writeString(u8, p, ${x});`);
      return;
    }
    case 'big': {
      code.line(`p = writeBigint(u8, p, ${x});`);
      return;
    }
    case 'date': {
      code.line(`dv.setFloat64(p, ${x}.getTime(), true); p += 8;`);
      return;
    }
    case 'typed': {
      code.line(`p = writeTypedArray(u8, p, ${x});`);
      return;
    }
    case 'any': {
      code.line(`p = writeGeneric(${x}, u8, dv, p);`);
      return;
    }
    case 'opt':
      code.line(`if (${x} === null) u8[p++] = 0; else if (${x} === undefined) u8[p++] = 1; else { u8[p++] = 2;`);
      emitWrite(shape.of, x, code);
      {
        code.line('}');
        return;
      }
    case 'obj':
      for (const field of shape.fields) emitFieldWrite(field, x, code);
      return;
    case 'arr': {
      const i = code.fresh('i');
      code.line(`p = writeVarint(u8, p, ${x}.length);`);
      code.line(`for (let ${i} = 0; ${i} < ${x}.length; ${i}++) { const ${item} = ${x}[${i}];`);
      emitWrite(shape.of, item, code);
      code.line('}');
      return;
    }
    case 'tuple':
      shape.items.forEach((of, i) => emitWrite(of, `${x}[${i}]`, code));
      return;
    case 'map': {
      const key = code.fresh('k');
      code.line(`p = writeVarint(u8, p, ${x}.size); for (const [${key}, ${item}] of ${x}) {`);
      emitWrite(shape.key, key, code);
      emitWrite(shape.value, item, code);
      code.line('}');
      return;
    }
    case 'set':
      code.line(`p = writeVarint(u8, p, ${x}.size); for (const ${item} of ${x}) {`);
      emitWrite(shape.of, item, code);
      {
        code.line('}');
        return;
      }
  }
}

function emitFieldWrite(field: Field, x: string, code: CodeBuilder): void {
  const value = code.fresh('w');
  code.line(`{ const ${value} = ${property(x, field.name)};`);
  if (field.optional) code.line(`if (!(${isPresent(x, field)})) u8[p++] = 0; else { u8[p++] = 1;`);
  emitWrite(field.shape, value, code);
  code.line(field.optional ? '} }' : '}');
}

/** Whether an object has an optional field; `undefined` as its value is not the same as its absence. */
export function isPresent(x: string, field: Field): string {
  return `${property(x, field.name)} !== undefined || hasOwn(${x}, ${JSON.stringify(field.name)})`;
}

export function mayBeUndefined(shape: Shape): boolean {
  return shape.k === 'any' || (shape.k === 'opt' && shape.undef);
}

/** The bound of a value in the generic encoding; errors and reports name the path. */
function anyBound(report: FallbackListener, path: string): (value: unknown) => number {
  const reportHere = (reason: string) => report(path, reason);
  return (value) => {
    try {
      return genericBound(value, reportHere);
    } catch (error) {
      if (!(error instanceof WeftError)) throw error;
      throw new WeftError(error.code, `${error.message} It is at ${path}.`, { subject: path, cause: error });
    }
  };
}
