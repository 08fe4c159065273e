import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { WeftError, type ErrorCode } from '../errors/index.js';

type Check = (value: unknown) => string | undefined;
const compiled = new WeakMap<TSchema, Check>();

/** Says what is wrong with the value, or undefined if it fits. Validators are compiled once per schema. */
export function describeMismatch(schema: TSchema, value: unknown): string | undefined {
  let check = compiled.get(schema);
  if (check === undefined) {
    const validator = Compile(schema);
    check = (candidate) => {
      if (validator.Check(candidate)) return undefined;
      const errors = validator.Errors(candidate).slice(0, 3);
      return errors
        .map((error) => `${error.instancePath === '' ? 'the value' : error.instancePath} ${error.message}`)
        .join('; ');
    };
    compiled.set(schema, check);
  }
  return check(value);
}

/** Throws an error with this code when the value does not fit the schema. */
export function requireFit(schema: TSchema, value: unknown, code: ErrorCode, what: string): void {
  const mismatch = describeMismatch(schema, value);
  if (mismatch !== undefined) throw new WeftError(code, `${what}: ${mismatch}.`);
}
