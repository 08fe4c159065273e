/**
 * Copies for hand-over between operators of one thread: what comes out is what serialisation would have made of it, so
 * that a function's results never depend on where its neighbour runs. Primitives are passed as they are.
 */
import { instantiate } from '../common/code-template.js';
import { WeftError } from '../common/errors/index.js';
import { CodeBuilder, evaluate, property } from './codegen.js';
import { isPresent, mayBeUndefined } from './codegen-encode.js';
import { reportOnce, type FallbackListener } from './fallback.js';
import { fieldsOf, setField } from './generic.js';
import { mergeShapes, sameShape, shapeOf, type Field, type Shape } from './shape.js';
import { classNameOf, kindOfObject, TYPED_ARRAYS, typedArrayName, type AnyTypedArray } from './value-kind.js';

/** What a generated copier returns for a value that does not fit its shape. */
const MISFIT = Symbol('misfit');

const MAX_VERSIONS = 32;
const MAX_DEPTH = 256;

/**
 * A copier of its own for one hand-over: it learns the shape of what it copies.
 * @param onFallback told once per path of what loses its class or needs the slow way
 * @param declared the shape where it is known beforehand
 */
export function makeCopier(onFallback?: FallbackListener, declared?: Shape): <T>(value: T) => T {
  const report = reportOnce(onFallback);
  const slowly = (value: unknown) => copyGeneric(value, (reason) => report('record', reason));
  let shape: Shape = declared ?? { k: 'never' };
  let versions = 0;
  const relearn = (value: unknown): ShapeCopier | undefined => {
    if (versions >= MAX_VERSIONS) return undefined;
    const merged = mergeShapes(shape, shapeOf(value, report), report);
    if (sameShape(shape, merged)) return undefined;
    shape = merged;
    versions++;
    return compile(shape, report);
  };
  const known = declared === undefined ? undefined : compile(declared, report);
  return instantiate(copyByShape)(MISFIT, relearn, slowly, known) as <T>(value: T) => T;
}

/** Copies a value that fits a shape, else returns MISFIT. */
type ShapeCopier = (value: unknown) => unknown;

/**
 * Template: the code of each hand-over is its own, so that its copier is the only one that the call site ever sees, and
 * copies that nobody keeps need not be made.
 * @param relearn widens the shape by a value that does not fit; undefined when that does not help
 * @param known the copier of a shape that was declared
 */
function copyByShape(
  misfit: symbol,
  relearn: (value: unknown) => ShapeCopier | undefined,
  slowly: (value: unknown) => unknown,
  known: ShapeCopier | undefined,
): (value: unknown) => unknown {
  let copy = known;
  const learnFrom = (value: unknown): unknown => {
    const wider = relearn(value);
    if (wider === undefined) return slowly(value);
    copy = wider;
    const copied = wider(value);
    return copied === misfit ? slowly(value) : copied;
  };
  return function copier(value) {
    if (typeof value !== 'object' || value === null) {
      return typeof value === 'function' || typeof value === 'symbol' ? slowly(value) : value;
    }
    if (copy === undefined) return learnFrom(value);
    const copied = copy(value);
    return copied === misfit ? learnFrom(value) : copied;
  };
}

/**
 * Copies of values that nobody but their owner holds, whose shape therefore stays: looked at once, copied unchecked from then on.
 */
export interface OwnCopier {
  /** @returns whether `copy` may be used for the value: its shape is among the first few */
  admit(value: unknown): boolean;
  /** Copies an admitted value. */
  copy(value: unknown): unknown;
}

export function makeOwnCopier(): OwnCopier {
  const report = reportOnce(undefined);
  let shape: Shape = { k: 'never' };
  let versions = 0;
  const shapeWith = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false;
    const merged = mergeShapes(shape, shapeOf(value, report), report);
    if (sameShape(shape, merged)) return true;
    if (versions++ >= MAX_VERSIONS) return false;
    shape = merged;
    copier.relearn(compile(shape, report, false));
    return true;
  };
  const copier = instantiate(copyUnchecked)(shapeWith);
  return copier;
}

/** Template: as `copyByShape`. What was admitted fits every later shape too, since shapes only widen. */
function copyUnchecked(admit: (value: unknown) => boolean): OwnCopier & { relearn: (wider: ShapeCopier) => void } {
  let byShape: ShapeCopier | undefined;
  return {
    admit,
    relearn(wider) {
      byShape = wider;
    },
    copy(value) {
      return byShape === undefined ? value : byShape(value);
    },
  };
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'symbol';
}

/** Checks can be left out of the code. */
class CopierBuilder extends CodeBuilder {
  constructor(readonly checked: boolean) {
    super({ MISFIT, hasOwn: Object.hasOwn, copyGeneric });
  }

  /** A line that only looks whether the value fits. */
  check(text: string): void {
    if (this.checked) this.line(text);
  }
}

/** @param checked whether the code looks at all of the value, and returns MISFIT for one of another shape */
function compile(shape: Shape, report: FallbackListener, checked = true): ShapeCopier {
  const code = new CopierBuilder(checked);
  const result = emitCopy(shape, 'x', code, report, 'record');
  return evaluate(`(x) => {\n${code.body()}\nreturn ${result};\n}`, code.constants);
}

const TYPE_OF = { int: 'number', num: 'number', bool: 'boolean', str: 'string', big: 'bigint' } as const;

/** Adds statements that copy `x`, or return MISFIT. @returns an expression without side effects that is the copy */
function emitCopy(shape: Shape, x: string, code: CopierBuilder, report: FallbackListener, path: string): string {
  const copy = code.fresh('r');
  const isA = (type: string) =>
    code.check(`if (typeof ${x} !== 'object' || ${x} === null || ${x}.constructor !== ${type}) return MISFIT;`);
  switch (shape.k) {
    case 'never':
      code.check('return MISFIT;');
      return 'undefined';
    case 'int':
    case 'num':
    case 'bool':
    case 'str':
    case 'big':
      code.check(`if (typeof ${x} !== '${TYPE_OF[shape.k]}') return MISFIT;`);
      return x;
    case 'date':
      isA('Date');
      return `new Date(${x}.getTime())`;
    case 'typed':
      isA(code.constant('Type', TYPED_ARRAYS[shape.type]));
      return shape.type === 'Buffer' ? `Buffer.from(${x})` : `${x}.slice()`;
    case 'any': {
      const told = code.constant('told', (reason: string) => report(path, reason));
      code.line(`const ${copy} = copyGeneric(${x}, ${told});`);
      return copy;
    }
    case 'opt':
      code.line(`let ${copy} = ${x};`);
      code.line(`if (${x} === null) { ${shape.nul ? '' : 'return MISFIT;'} }`);
      code.line(`else if (${x} === undefined) { ${shape.undef ? '' : 'return MISFIT;'} } else {`);
      code.line(`${copy} = ${emitCopy(shape.of, x, code, report, path)}; }`);
      return copy;
    case 'obj':
      return emitCopyObject(shape.fields, x, code, report, path);
    case 'tuple': {
      isA('Array');
      code.check(`if (${x}.length !== ${shape.items.length}) return MISFIT;`);
      const items = shape.items.map((of, i) => {
        const item = code.fresh('e');
        if (mayBeUndefined(of)) code.check(`if (!(${i} in ${x})) return MISFIT;`);
        code.line(`const ${item} = ${x}[${i}];`);
        return emitCopy(of, item, code, report, `${path}[${i}]`);
      });
      return `[${items.join(', ')}]`;
    }
    default:
      return emitCopyCollection(shape, x, code, report, path, isA);
  }
}

function emitCopyObject(
  fields: readonly Field[],
  x: string,
  code: CopierBuilder,
  report: FallbackListener,
  path: string,
): string {
  const [object, count] = [code.fresh('o'), code.fresh('c')];
  code.check(`if (typeof ${x} !== 'object' || ${x} === null || ${x}.constructor !== Object) return MISFIT;`);
  code.check(`let ${count} = 0; for (const _ in ${x}) ${count}++;`);
  const copyField = (field: Field) => {
    const value = code.fresh('w');
    code.line(`const ${value} = ${property(x, field.name)};`);
    if (!field.optional && mayBeUndefined(field.shape)) {
      code.check(`if (${value} === undefined && !hasOwn(${x}, ${JSON.stringify(field.name)})) return MISFIT;`);
    }
    return emitCopy(field.shape, value, code, report, `${path}.${field.name}`);
  };
  const firstOptional = fields.findIndex((field) => field.optional);
  const literal = firstOptional < 0 ? fields : fields.slice(0, firstOptional);
  const parts = literal.map((field) => `${JSON.stringify(field.name)}: ${copyField(field)}`);
  code.line(`const ${object} = { ${parts.join(', ')} };`);
  for (const field of fields.slice(literal.length)) {
    code.line(field.optional ? `if (${isPresent(x, field)}) { ${code.checked ? `${count}--;` : ''}` : '{');
    code.line(`${property(object, field.name)} = ${copyField(field)}; }`);
  }
  const required = fields.filter((field) => !field.optional).length;
  code.check(`if (${count} !== ${required}) return MISFIT;`);
  return object;
}

function emitCopyCollection(
  shape: Extract<Shape, { k: 'arr' | 'map' | 'set' }>,
  x: string,
  code: CopierBuilder,
  report: FallbackListener,
  path: string,
  isA: (type: string) => void,
): string {
  const [copy, item, key] = [code.fresh('r'), code.fresh('e'), code.fresh('k')];
  const copyOf = (of: Shape, name: string, step: string) => emitCopy(of, name, code, report, path + step);
  if (shape.k === 'arr') {
    const i = code.fresh('i');
    isA('Array');
    const hole = mayBeUndefined(shape.of) ? `if (!(${i} in ${x})) return MISFIT;` : '';
    code.line(
      `const ${copy} = []; for (let ${i} = 0; ${i} < ${x}.length; ${i}++) { ${hole} const ${item} = ${x}[${i}];`,
    );
    code.line(`${copy}.push(${copyOf(shape.of, item, '[]')}); }`);
  } else if (shape.k === 'set') {
    isA('Set');
    code.line(`const ${copy} = new Set(); for (const ${item} of ${x}) {`);
    code.line(`${copy}.add(${copyOf(shape.of, item, '[]')}); }`);
  } else {
    isA('Map');
    code.line(`const ${copy} = new Map(); for (const [${key}, ${item}] of ${x}) {`);
    const copiedKey = copyOf(shape.key, key, '.<key>');
    code.line(`${copy}.set(${copiedKey}, ${copyOf(shape.value, item, '.<value>')}); }`);
  }
  return copy;
}

/** A copy of any value, as the generic encoding would make it. @throws SERDE_UNSUPPORTED_VALUE */
function copyGeneric(value: unknown, report: (reason: string) => void, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) {
    if (isPrimitive(value)) return value;
    throw new WeftError('SERDE_UNSUPPORTED_VALUE', `A record holds a ${typeof value}, which cannot be handed on.`);
  }
  if (depth > MAX_DEPTH) {
    throw new WeftError('SERDE_UNSUPPORTED_VALUE', `A record is nested more than ${MAX_DEPTH} levels deep (a cycle?).`);
  }
  const inner = (item: unknown) => copyGeneric(item, report, depth + 1);
  const kind = kindOfObject(value);
  switch (kind) {
    case 'date':
      return new Date((value as Date).getTime());
    case 'typed':
      return copyTyped(value as AnyTypedArray);
    case 'arraybuffer':
      return (value as ArrayBuffer).slice(0);
    case 'array':
      // Both keep holes, and an instance of a subclass becomes an array.
      return ([] as unknown[]).concat(value as unknown[]).map(inner);
    case 'map':
      return new Map(Array.from(value as Map<unknown, unknown>, ([k, v]) => [inner(k), inner(v)]));
    case 'set':
      return new Set(Array.from(value as Set<unknown>, inner));
    case 'unsupported':
      throw new WeftError(
        'SERDE_UNSUPPORTED_VALUE',
        `A record holds a ${classNameOf(value)}, which cannot be handed on.`,
      );
    case 'instance':
    case 'error':
      report(`it holds an instance of ${classNameOf(value)}; it arrives as a plain object`);
      break;
    default:
  }
  const copy = (kind === 'nullproto' ? Object.create(null) : {}) as Record<string, unknown>;
  for (const [name, item] of fieldsOf(value)) setField(copy, name, inner(item));
  return copy;
}

function copyTyped(value: AnyTypedArray): AnyTypedArray {
  return typedArrayName(value) === 'Buffer' ? Buffer.from(value as Uint8Array) : value.slice();
}
