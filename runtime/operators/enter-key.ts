import { instantiate } from '../common/code-template.js';
import type { KeyFunction } from '../graph/operator-spec.js';
import type { KeyedStateBackend } from '../state/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** The operator's code with the record's key at hand, for state and timers. */
export function enterKey(key: KeyFunction, next: Next, operator: OperatorContext): Next {
  const backend = operator.states.keyed();
  const setKey = (value: unknown): void => {
    if (value instanceof Promise) throw operator.returnedPromise();
    try {
      backend.setCurrentKey(value);
    } catch (cause) {
      throw operator.badKey(value, cause);
    }
  };
  return instantiate(withKey)(key, backend, setKey, next, operator);
}

/** Template. @param setKey for keys that do not stand for themselves */
function withKey(
  key: KeyFunction,
  backend: KeyedStateBackend,
  setKey: (key: unknown) => void,
  next: Next,
  operator: OperatorContext,
): Next {
  return function enter(record) {
    let value: unknown;
    try {
      value = key(record);
    } catch (error) {
      throw operator.failed(error);
    }
    if (typeof value === 'string' || (typeof value === 'number' && value === value)) {
      backend.currentKey = value;
      backend.currentId = value;
    } else {
      setKey(value);
    }
    next(record);
    backend.clearCurrentKey();
  };
}
