import type { KeyFunction } from '../../graph/operator-spec.js';
import type { KeyedStateBackend } from '../../state/index.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import type { KeyedWindows } from './keyed-windows.js';

/** Template: a record goes to the windows of its key. @param identify what stands for keys that are neither strings nor numbers */
export function addToKey(
  windows: KeyedWindows,
  key: KeyFunction,
  identify: (key: unknown) => unknown,
  backend: KeyedStateBackend,
  operator: OperatorContext,
): Next {
  const { task } = operator;
  return function addToWindows(record) {
    try {
      const k = key(record);
      backend.currentId = typeof k === 'string' || (typeof k === 'number' && k === k) ? k : identify(k);
      backend.currentKey = k;
    } catch (error) {
      throw operator.failed(error);
    }
    windows.add(record, task.timestampMs);
  };
}
