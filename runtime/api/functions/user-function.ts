/** Turns what the user passed into the one form that operators call: an object with the method, checked here and now. */
import { instantiate } from '../../common/code-template.js';
import type { SourceFunction } from '../../functions/index.js';
import type { KeyFunction, UserFunction } from '../../graph/operator-spec.js';
import { apiError } from '../api-error.js';

/**
 * @param caller the API's method, for messages
 * @param method the method that the operator will call
 * @throws API_BAD_FUNCTION, API_ASYNC_FUNCTION
 */
export function syncFunction<F extends object>(
  caller: string,
  method: keyof F & string,
  given: unknown,
): UserFunction<F> {
  const fn = anyFunction<F>(caller, method, given);
  if (isAsync((fn as Record<string, unknown>)[method])) {
    throw apiError('API_ASYNC_FUNCTION', `${caller}() needs its result at once, but its function is async.`);
  }
  return fn;
}

/** As `syncFunction`, for functions that may be async. @throws API_BAD_FUNCTION */
export function anyFunction<F extends object>(
  caller: string,
  method: keyof F & string,
  given: unknown,
): UserFunction<F> {
  if (typeof given === 'function') {
    if (isClass(given)) {
      const name = given.name === '' ? 'the class' : given.name;
      throw apiError(
        'API_BAD_FUNCTION',
        `${caller}() was given the class ${name} itself: pass an instance, new ${name}(…).`,
      );
    }
    return { [method]: given } as UserFunction<F>;
  }
  if (typeof given === 'object' && given !== null) {
    if (typeof (given as Record<string, unknown>)[method] === 'function') return given as UserFunction<F>;
    throw apiError('API_BAD_FUNCTION', `The object given to ${caller}() has no method ${method}().`);
  }
  const what = given === undefined ? 'nothing' : given === null ? 'null' : `a ${typeof given}`;
  throw apiError('API_BAD_FUNCTION', `${caller}() was given ${what} instead of a function.`);
}

/**
 * A function over two inputs: an object with both methods, or a lambda for each.
 * @throws API_BAD_FUNCTION, API_ASYNC_FUNCTION
 */
export function twoInputFunction<F extends object>(
  caller: string,
  [first, second]: readonly [keyof F & string, keyof F & string],
  given: readonly unknown[],
): UserFunction<F> {
  if (given.length > 1) {
    return {
      ...syncFunction<F>(caller, first, requireLambda(caller, given[0])),
      ...syncFunction<F>(caller, second, requireLambda(caller, given[1])),
    };
  }
  if (typeof given[0] === 'function' && !isClass(given[0])) {
    throw apiError('API_BAD_FUNCTION', `${caller}() of two connected streams needs a function for each of them.`);
  }
  syncFunction<F>(caller, first, given[0]);
  return syncFunction<F>(caller, second, given[0]);
}

function requireLambda(caller: string, given: unknown): unknown {
  if (typeof given === 'function') return given;
  throw apiError('API_BAD_FUNCTION', `${caller}() takes either one object, or a function for each of the two streams.`);
}

/** What records are grouped by: a key selector, or the name of a field. @throws API_BAD_FUNCTION, API_ASYNC_FUNCTION */
export function keyOf(caller: string, given: unknown): KeyFunction {
  const named = typeof given === 'string' || typeof given === 'number';
  return named ? fieldKey(caller, [given]) : keyFunction(caller, given);
}

/** As `keyOf`, or the names of several fields together. @throws API_BAD_ARGUMENT, API_BAD_FUNCTION, API_ASYNC_FUNCTION */
export function keyOrFields(caller: string, by: readonly unknown[]): KeyFunction {
  const [first] = by;
  const named = typeof first === 'string' || typeof first === 'number';
  return named ? fieldKey(caller, by) : keyFunction(caller, first);
}

/** A key selector as a plain function. @throws API_BAD_FUNCTION, API_ASYNC_FUNCTION */
export function keyFunction(caller: string, given: unknown): KeyFunction {
  const selector = syncFunction<{ getKey: KeyFunction }>(caller, 'getKey', given);
  return typeof given === 'function' ? selector.getKey : (record) => selector.getKey(record);
}

/** The key that the named fields form: the field's value, or an array of several. @throws API_BAD_ARGUMENT */
export function fieldKey(caller: string, fields: readonly unknown[]): KeyFunction {
  const names = fields.map((field) => fieldName(caller, field));
  const [first] = names;
  if (first === undefined) throw apiError('API_BAD_ARGUMENT', `${caller}() needs a key function or a field.`);
  if (names.length === 1) return fieldReader(first);
  const readers = names.map(fieldReader);
  return (record) => readers.map((read) => read(record));
}

/** Compiled anew for each field: one body shared by all would read by ever other names, which V8 does slowly. */
function fieldReader(field: string): KeyFunction {
  return instantiate(readField)(field);
}

function readField(field: string): KeyFunction {
  return (record) => (record as Record<string, unknown>)[field];
}

/** A field as a property name; positions of tuples are written as text. @throws API_BAD_ARGUMENT */
export function fieldName(caller: string, field: unknown): string {
  if (typeof field === 'string' && field !== '') return field;
  if (typeof field === 'number' && Number.isSafeInteger(field) && field >= 0) return String(field);
  throw apiError(
    'API_BAD_ARGUMENT',
    `${caller}() was given ${String(field)}, which is neither a field name nor a position.`,
  );
}

/** A source's `run`, and whether it may run with a parallelism above 1. @throws API_BAD_FUNCTION */
export function sourceFunction(given: unknown): { fn: UserFunction<SourceFunction<unknown>>; parallel: boolean } {
  const fn = anyFunction<SourceFunction<unknown>>('addSource', 'run', given);
  return { fn, parallel: (fn as { parallel?: unknown }).parallel === true };
}

function isAsync(fn: unknown): boolean {
  return Object.prototype.toString.call(fn).startsWith('[object Async');
}

function isClass(fn: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}
