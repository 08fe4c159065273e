/** Code that says whether a value is of a declared type: what `mismatch` explains, at the speed of a serializer. */
import type { TypeDescription } from '../functions/types/index.js';
import { CodeBuilder, evaluate, property } from './codegen.js';

/** A check of its own for each place: what one operator's records teach the optimiser disturbs no other. */
export function makeTypeCheck(type: TypeDescription): (value: unknown) => boolean {
  const code = new CodeBuilder({ hasOwn: Object.hasOwn });
  emitFits(type, 'x', code);
  return evaluate(`(x) => {\n${code.body()}\nreturn true;\n}`, code.constants);
}

const SIMPLE = {
  string: (x: string) => `typeof ${x} === 'string'`,
  boolean: (x: string) => `typeof ${x} === 'boolean'`,
  bigint: (x: string) => `typeof ${x} === 'bigint'`,
  double: (x: string) => `typeof ${x} === 'number'`,
  int: (x: string) => `typeof ${x} === 'number' && (${x} | 0) === ${x}`,
  long: (x: string) => `Number.isSafeInteger(${x})`,
  date: (x: string) => `${isExactly(x, 'Date')} && !Number.isNaN(${x}.getTime())`,
} as const;

/** Adds statements that `return false` when `x` is not of the type. */
function emitFits(type: TypeDescription, x: string, code: CodeBuilder): void {
  const unless = (condition: string): void => code.line(`if (!(${condition})) return false;`);
  switch (type.kind) {
    case 'generic':
      return;
    case 'enum':
      unless(type.values.map((value) => `${x} === ${JSON.stringify(value)}`).join(' || '));
      return;
    case 'typed':
      unless(isExactly(x, code.constant('Type', type.type)));
      return;
    case 'optional':
    case 'nullable':
      code.line(`if (${x} !== ${type.kind === 'optional' ? 'undefined' : 'null'}) {`);
      emitFits(type.of, x, code);
      code.line('}');
      return;
    case 'row':
      emitRowFits(type, x, code);
      return;
    case 'tuple':
      unless(`${isExactly(x, 'Array')} && ${x}.length === ${type.items.length}`);
      type.items.forEach((item, i) => emitElementFits(item, x, String(i), code));
      return;
    case 'list': {
      const i = code.fresh('i');
      unless(isExactly(x, 'Array'));
      code.line(`for (let ${i} = 0; ${i} < ${x}.length; ${i}++) {`);
      emitElementFits(type.of, x, i, code);
      code.line('}');
      return;
    }
    case 'set':
    case 'map':
      emitEntriesFit(type, x, code);
      return;
    default:
      unless(SIMPLE[type.kind](x));
  }
}

function emitRowFits(type: Extract<TypeDescription, { kind: 'row' }>, x: string, code: CodeBuilder): void {
  code.line(`if (!(${isExactly(x, 'Object')})) return false;`);
  const count = code.fresh('c');
  code.line(`let ${count} = 0; for (const _ in ${x}) ${count}++;`);
  for (const field of type.fields) {
    const value = code.fresh('v');
    const isThere = `${value} !== undefined || hasOwn(${x}, ${JSON.stringify(field.name)})`;
    code.line(`const ${value} = ${property(x, field.name)};`);
    code.line(`if (${isThere}) { ${count}--;`);
    emitFits(field.type, value, code);
    code.line(field.optional ? '}' : '} else return false;');
  }
  code.line(`if (${count} !== 0) return false;`);
}

function emitElementFits(type: TypeDescription, x: string, index: string, code: CodeBuilder): void {
  const item = code.fresh('e');
  code.line(`const ${item} = ${x}[${index}]; if (${item} === undefined && !(${index} in ${x})) return false;`);
  emitFits(type, item, code);
}

function emitEntriesFit(type: Extract<TypeDescription, { kind: 'set' | 'map' }>, x: string, code: CodeBuilder): void {
  const [key, item] = [code.fresh('k'), code.fresh('e')];
  code.line(`if (!(${isExactly(x, type.kind === 'set' ? 'Set' : 'Map')})) return false;`);
  code.line(`for (const ${type.kind === 'set' ? item : `[${key}, ${item}]`} of ${x}) {`);
  if (type.kind === 'set') emitFits(type.of, item, code);
  else {
    emitFits(type.key, key, code);
    emitFits(type.value, item, code);
  }
  code.line('}');
}

function isExactly(x: string, type: string): string {
  return `typeof ${x} === 'object' && ${x} !== null && Object.getPrototypeOf(${x}) === ${type}.prototype`;
}
