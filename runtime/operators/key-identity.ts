/** What a record's key is found by in a Map of keyed state. */
import { keyIdentity } from '../serde/index.js';
import type { OperatorContext } from './operator-context.js';

/**
 * For keys that are neither strings nor numbers: the value that stands for all equal keys; errors name the operator.
 */
export function identifier(operator: OperatorContext): (key: unknown) => unknown {
  return (key) => {
    if (key instanceof Promise) throw operator.returnedPromise();
    try {
      return keyIdentity(key);
    } catch (cause) {
      throw operator.badKey(key, cause);
    }
  };
}
