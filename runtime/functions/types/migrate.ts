import type { RowField, TypeDescription } from './description.js';
import { fillOf } from './fill.js';

/**
 * Brings a value that was kept under an older type into the form of one that `compatibilityOf` finds compatible: fields that the
 * type has no more go, new ones are filled, whole numbers become bigints where these are declared. What has the form already is
 * given back as it is.
 */
export function migrate(type: TypeDescription, value: unknown): unknown {
  switch (type.kind) {
    case 'optional':
    case 'nullable':
      return value === undefined || value === null ? value : migrate(type.of, value);
    case 'bigint':
      return Number.isSafeInteger(value) ? BigInt(value as number) : value;
    case 'row':
      return isPlainObject(value) ? migrateRow(type.fields, value) : value;
    case 'list':
      return Array.isArray(value) ? eachOf(value, (item) => migrate(type.of, item)) : value;
    case 'tuple':
      return Array.isArray(value) && value.length === type.items.length
        ? eachOf(value, (item, i) => migrate(type.items[i], item))
        : value;
    case 'set':
      return value instanceof Set ? migrateSet(type.of, value) : value;
    case 'map':
      return value instanceof Map ? migrateMap(type.value, value) : value;
    default:
      return value;
  }
}

function migrateRow(fields: readonly RowField[], row: Record<string, unknown>): Record<string, unknown> {
  const migrated: Record<string, unknown> = {};
  let kept = 0;
  let isSame = true;
  for (const field of fields) {
    const { name, type } = field;
    const before = row[name];
    const isThere = Object.hasOwn(row, name) && (before !== undefined || takesUndefined(type));
    if (isThere) kept++;
    else if (field.optional) continue;
    const now = isThere ? migrate(type, before) : fillOf(field)?.value();
    if (!isThere || !Object.is(now, before)) isSame = false;
    migrated[name] = now;
  }
  return isSame && kept === Object.keys(row).length ? row : migrated;
}

function migrateSet(of: TypeDescription, set: Set<unknown>): Set<unknown> {
  const items = [...set];
  const migrated = eachOf(items, (item) => migrate(of, item));
  return migrated === items ? set : new Set(migrated);
}

/** Keys stay as they are: they are of one type. */
function migrateMap(of: TypeDescription, map: Map<unknown, unknown>): Map<unknown, unknown> {
  const values = [...map.values()];
  const migrated = eachOf(values, (value) => migrate(of, value));
  return migrated === values ? map : new Map([...map.keys()].map((key, i) => [key, migrated[i]]));
}

/** The array itself when nothing in it changes. */
function eachOf(items: unknown[], one: (item: unknown, i: number) => unknown): unknown[] {
  const migrated = items.map(one);
  return migrated.every((item, i) => Object.is(item, items[i])) ? items : migrated;
}

function takesUndefined(type: TypeDescription): boolean {
  if (type.kind === 'generic' || type.kind === 'optional') return true;
  return type.kind === 'nullable' && takesUndefined(type.of);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
