import type { Collector, ProcessContext } from '../functions/index.js';
import type { ElementScope } from './element-scope.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** A process function; its result is void by its type, and a promise by mistake. */
export interface ElementProcessor<K> {
  processElement(value: unknown, context: ProcessContext<K>, out: Collector<unknown>): unknown;
}

/** Template: hands over the record with its context and a collector. */
export function processElements(fn: ElementProcessor<never>, scope: ElementScope, operator: OperatorContext): Next {
  return function processRecord(record) {
    let result: unknown;
    scope.open = true;
    try {
      result = fn.processElement(record, scope as never, scope.out);
    } catch (error) {
      throw operator.failed(error);
    }
    scope.open = false;
    if (result instanceof Promise) throw operator.returnedPromise();
  };
}
