/** Code that reads a value of a shape; all its objects have one hidden class. */
import { readBigint } from './bigints.js';
import { property, type CodeBuilder } from './codegen.js';
import { readCount } from './cursor.js';
import { readGeneric } from './generic.js';
import type { Field, Shape } from './shape.js';
import { KEY_NUMBER, KEY_TOLD, readKey, readString, type StringCache } from './strings.js';
import { readTypedArray } from './typed-arrays.js';

export const DECODE_CONSTANTS = { readBigint, readCount, readGeneric, readKey, readString, readTypedArray };

/** The cache of short strings of a field, shared by all channels of a gate. */
export type StringCaches = (path: string) => StringCache;

/**
 * Adds statements that read a value at `p` of `u8` and `dv`, and move `p` on; `c` is the cursor, `keys` those of it. `key` becomes
 * the number of the record's key where that is read as a number.
 * @returns an expression without side effects that is the value
 */
export function emitRead(shape: Shape, code: CodeBuilder, caches: StringCaches, path: string): string {
  const value = code.fresh('r');
  const viaCursor = (call: string) => code.line(`c.pos = p; const ${value} = ${call}; p = c.pos;`);
  switch (shape.k) {
    case 'never':
      return 'undefined';
    case 'int':
      code.line(`const ${value} = dv.getInt32(p, true); p += 4;`);
      return value;
    case 'num':
      code.line(`const ${value} = dv.getFloat64(p, true); p += 8;`);
      return value;
    case 'bool':
      code.line(`const ${value} = u8[p++] === 1;`);
      return value;
    case 'str':
      return emitReadString(code, code.constant('cache', caches(path)));
    case 'big':
      viaCursor('readBigint(c)');
      return value;
    case 'date':
      code.line(`const ${value} = new Date(dv.getFloat64(p, true)); p += 8;`);
      return value;
    case 'typed':
      viaCursor(`readTypedArray(c, ${JSON.stringify(shape.type)})`);
      return value;
    case 'any':
      viaCursor('readGeneric(c)');
      return value;
    case 'opt': {
      const flag = code.fresh('f');
      code.line(`const ${flag} = u8[p++]; let ${value}; if (${flag} === 0) ${value} = null; else if (${flag} === 2) {`);
      code.line(`${value} = ${emitRead(shape.of, code, caches, path)}; }`);
      return value;
    }
    case 'obj':
      return emitReadObject(shape.fields, code, caches, path);
    case 'tuple':
      return `[${shape.items.map((of, i) => emitRead(of, code, caches, `${path}[${i}]`)).join(', ')}]`;
    default:
      return emitReadCollection(shape, code, caches, path);
  }
}

/** A short one-byte string, by far the most frequent, without a call but for the cache. */
function emitReadString(code: CodeBuilder, cache: string): string {
  const [value, head] = [code.fresh('r'), code.fresh('h')];
  const number = code.fresh('n');
  code.line(`let ${value}; const ${head} = u8[p];`);
  code.line(`if (${head} === ${KEY_NUMBER}) { const ${number} = dv.getUint16(p + 1, true);`);
  code.line(`key = ${number} & ${KEY_TOLD - 1};`);
  code.line(`if (${number} < keys.length && keys[${number}] !== '') { ${value} = keys[${number}]; p += 3; }`);
  code.line(`else { c.pos = p + 1; ${value} = readKey(c, ${cache}); p = c.pos; } }`);
  code.line(`else if (${head} < 128 && (${head} & 1) === 0) {`);
  code.line(`${value} = ${cache}.lookup(c, p + 1, ${head} >>> 1); p += 1 + (${head} >>> 1); }`);
  code.line(`else { c.pos = p; ${value} = readString(c, undefined); p = c.pos; }`);
  return value;
}

function emitReadObject(fields: readonly Field[], code: CodeBuilder, caches: StringCaches, path: string): string {
  const object = code.fresh('o');
  const read = (field: Field) => emitRead(field.shape, code, caches, `${path}.${field.name}`);
  const firstOptional = fields.findIndex((field) => field.optional);
  const literal = firstOptional < 0 ? fields : fields.slice(0, firstOptional);
  const parts = literal.map((field) => `${JSON.stringify(field.name)}: ${read(field)}`);
  code.line(`const ${object} = { ${parts.join(', ')} };`);
  for (const field of fields.slice(literal.length)) {
    code.line(field.optional ? 'if (u8[p++] === 1) {' : '{');
    code.line(`${property(object, field.name)} = ${read(field)}; }`);
  }
  return object;
}

function emitReadCollection(
  shape: Extract<Shape, { k: 'arr' | 'map' | 'set' }>,
  code: CodeBuilder,
  caches: StringCaches,
  path: string,
): string {
  const [value, count, i] = [code.fresh('r'), code.fresh('n'), code.fresh('i')];
  const empty = { arr: '[]', map: 'new Map()', set: 'new Set()' }[shape.k];
  code.line(`c.pos = p; const ${count} = readCount(c); p = c.pos; const ${value} = ${empty};`);
  code.line(`for (let ${i} = 0; ${i} < ${count}; ${i}++) {`);
  if (shape.k === 'arr') code.line(`${value}.push(${emitRead(shape.of, code, caches, `${path}[]`)}); }`);
  else if (shape.k === 'set') code.line(`${value}.add(${emitRead(shape.of, code, caches, `${path}[]`)}); }`);
  else {
    const key = emitRead(shape.key, code, caches, `${path}.<key>`);
    code.line(`${value}.set(${key}, ${emitRead(shape.value, code, caches, `${path}.<value>`)}); }`);
  }
  return value;
}
