/** YARN's XML heritage: a list of one may come as the thing itself. */
import { Type } from 'typebox';

export function oneOrMany<T extends ReturnType<typeof Type.Object> | ReturnType<typeof Type.String>>(item: T) {
  return Type.Union([item, Type.Array(item)]);
}

export function many<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
