/**
 * Whether state that was kept under one declared type can go on under another: the rules of Flink's POJO serializer, where fields come
 * and go, and of Avro, where numbers grow. The verdicts are those of Flink's TypeSerializerSchemaCompatibility.
 */
import type { RowField, TypeDescription } from './description.js';
import { fillOf } from './fill.js';
import { mismatch } from './mismatch.js';
import { typeName } from './type-text.js';

export type Compatibility =
  | { readonly verdict: 'as is' }
  /** @param changes what becomes of values, by field: `value.age: added, 0` */
  | { readonly verdict: 'after migration'; readonly changes: readonly string[] }
  /** @param problem `value.age was INT and is STRING now` @param mend what to do about it */
  | { readonly verdict: 'incompatible'; readonly problem: string; readonly mend: string };

/** @param then what the values were declared to be when they were written @param path of the values in messages */
export function compatibilityOf(then: TypeDescription, now: TypeDescription, path = 'value'): Compatibility {
  const comparison = new Comparison();
  comparison.compare(then, now, path);
  const { changes, incompatible } = comparison;
  if (incompatible !== undefined) return { verdict: 'incompatible', ...incompatible };
  return changes.length === 0 ? { verdict: 'as is' } : { verdict: 'after migration', changes };
}

/** A type without what says that there may be none. */
interface Bare {
  readonly type: TypeDescription;
  readonly undef: boolean;
  readonly nul: boolean;
}

class Comparison {
  readonly changes: string[] = [];
  /** The first. */
  incompatible: { problem: string; mend: string } | undefined;

  compare(thenType: TypeDescription, nowType: TypeDescription, path: string): void {
    if (nowType.kind === 'generic') return;
    const [then, now] = [bare(thenType), bare(nowType)];
    if (then.undef && !now.undef) this.refuse(path, thenType, nowType, `Declare it OPTIONAL(${typeName(now.type)})`);
    else if (then.nul && !now.nul) this.refuse(path, thenType, nowType, `Declare it NULLABLE(${typeName(now.type)})`);
    else if (now.type.kind !== 'generic') this.compareBare(then.type, now.type, path);
  }

  private compareBare(then: TypeDescription, now: TypeDescription, path: string): void {
    if (isPartOf(then, now)) return;
    if (now.kind === 'bigint' && isWhole(then)) {
      this.changes.push(`${path}: ${typeName(then)} becomes BIG_INT`);
      return;
    }
    if ((now.kind === 'list' || now.kind === 'set') && then.kind === now.kind) {
      this.compare(then.of, now.of, `${path}[]`);
    } else if (now.kind === 'map' && then.kind === 'map') this.compareMaps(then, now, path);
    else if (now.kind === 'row' && then.kind === 'row') this.compareRows(then.fields, now.fields, path);
    else if (now.kind === 'tuple' && then.kind === 'tuple' && then.items.length === now.items.length) {
      now.items.forEach((item, i) => this.compare(then.items[i], item, `${path}[${i}]`));
    } else this.refuse(path, then, now, `Declare ${typeName(then)} again`);
  }

  private compareMaps(
    then: Extract<TypeDescription, { kind: 'map' }>,
    now: Extract<TypeDescription, { kind: 'map' }>,
    path: string,
  ): void {
    if (compatibilityOf(then.key, now.key).verdict !== 'as is') {
      this.refuse(`${path}.<key>`, then.key, now.key, 'Keys cannot be migrated: declare their former type again');
    }
    this.compare(then.value, now.value, `${path}.<value>`);
  }

  private compareRows(then: readonly RowField[], now: readonly RowField[], path: string): void {
    for (const { name } of then) {
      if (now.every((field) => field.name !== name)) this.changes.push(`${path}.${name}: removed`);
    }
    for (const field of now) {
      const below = `${path}.${field.name}`;
      const before = then.find(({ name }) => name === field.name);
      if (before === undefined) this.fill(field, below, 'added');
      else if (bare(before.type).undef && !bare(field.type).undef && field.type.kind !== 'generic') {
        this.compare(withoutUndefined(before.type), field.type, below);
        this.fill(field, below, 'where it is missing');
      } else this.compare(before.type, field.type, below);
    }
  }

  private fill(field: RowField, path: string, when: string): void {
    const fill = fillOf(field);
    if (fill !== undefined) {
      const value = fill.value();
      this.changes.push(value === undefined ? `${path}: ${when}, left out` : `${path}: ${when}, ${show(value)}`);
      return;
    }
    this.note({
      problem: `${path} is ${typeName(field.type)} now, and state from before has nothing to fill it with`,
      mend: `Give it a default, Types.WITH_DEFAULT(…, …), or declare it OPTIONAL or NULLABLE.`,
    });
  }

  private refuse(path: string, then: TypeDescription, now: TypeDescription, mend: string): void {
    this.note({
      problem: `${path} was ${typeName(then)} and is ${typeName(now)} now`,
      mend: `${mend}, or keep what is new under another name.`,
    });
  }

  private note(incompatible: { problem: string; mend: string }): void {
    this.incompatible ??= incompatible;
  }
}

/** Whether all values of the one are values of the other, where neither has parts. */
function isPartOf(then: TypeDescription, now: TypeDescription): boolean {
  if (then.kind === 'enum') return then.values.every((value) => mismatch(now, value) === undefined);
  switch (now.kind) {
    case 'long':
      return then.kind === 'int' || then.kind === 'long';
    case 'double':
      return then.kind === 'int' || then.kind === 'long' || then.kind === 'double';
    case 'typed':
      return then.kind === 'typed' && then.type === now.type;
    case 'string':
    case 'boolean':
    case 'bigint':
    case 'date':
    case 'int':
      return then.kind === now.kind;
    default:
      return false;
  }
}

function isWhole({ kind }: TypeDescription): boolean {
  return kind === 'int' || kind === 'long';
}

function bare(type: TypeDescription): Bare {
  let inner = type;
  let [undef, nul] = [false, false];
  while (inner.kind === 'optional' || inner.kind === 'nullable') {
    if (inner.kind === 'optional') undef = true;
    else nul = true;
    inner = inner.of;
  }
  return { type: inner, undef, nul };
}

function withoutUndefined(type: TypeDescription): TypeDescription {
  if (type.kind === 'optional') return withoutUndefined(type.of);
  return type.kind === 'nullable' ? { kind: 'nullable', of: withoutUndefined(type.of) } : type;
}

function show(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
}
