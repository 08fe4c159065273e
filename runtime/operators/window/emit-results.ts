/** From what a window holds of a key to what leaves the operator. */
import type { KeyedStateBackend } from '../../state/index.js';
import type { Window } from '../../functions/index.js';
import type { WindowProcess } from '../../graph/window-spec.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import type { WindowScope } from './window-scope.js';

/** @param value a list of records, or the one aggregate; the task's timestamp is the window's already */
export type EmitResult = (key: unknown, id: unknown, window: Window, value: unknown) => void;

/** Template: the value is the result. */
export function emitValues(next: Next): EmitResult {
  return function emitValue(_key, _id, _window, value) {
    next(value);
  };
}

/**
 * Template: a window's function makes the results.
 * @param wrap whether the value is an aggregate, which the function sees as a list of one
 */
export function emitProcessed(
  fn: WindowProcess,
  wrap: boolean,
  scope: WindowScope,
  backend: KeyedStateBackend,
  operator: OperatorContext,
): EmitResult {
  return function emitProcessedValue(key, id, window, value) {
    let result: unknown;
    backend.currentKey = key;
    backend.currentId = id;
    scope.current = window;
    scope.open = true;
    try {
      result = fn.process(key, scope, (wrap ? [value] : value) as Iterable<unknown>, scope.out);
    } catch (error) {
      throw operator.failed(error);
    }
    scope.open = false;
    if (result instanceof Promise) throw operator.returnedPromise();
  };
}

/** The window of the key is gone: the function clears what it kept. */
export function clearProcessed(
  clear: (context: WindowScope) => void,
  scope: WindowScope,
  backend: KeyedStateBackend,
  operator: OperatorContext,
): (key: unknown, id: unknown, window: Window) => void {
  return (key, id, window) => {
    backend.currentKey = key;
    backend.currentId = id;
    scope.current = window;
    scope.open = true;
    try {
      clear(scope);
    } catch (error) {
      throw operator.failed(error);
    }
    scope.open = false;
  };
}
