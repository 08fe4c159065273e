import type { KeyFunction } from '../graph/operator-spec.js';
import type { ElementScope } from './element-scope.js';
import type { OperatorContext } from './operator-context.js';
import type { ElementProcessor } from './process.js';
import type { Next } from './task-context.js';

/** Template: as `processElements`, with the record's key in the context. */
export function keyedProcess(
  fn: ElementProcessor<unknown>,
  key: KeyFunction,
  scope: ElementScope,
  operator: OperatorContext,
): Next {
  return function keyedProcessRecord(record) {
    let result: unknown;
    scope.open = true;
    try {
      scope.key = key(record);
      result = fn.processElement(record, scope, scope.out);
    } catch (error) {
      throw operator.failed(error);
    }
    scope.open = false;
    if (result instanceof Promise) throw operator.returnedPromise();
  };
}
