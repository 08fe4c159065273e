import type { Collector, ProcessContext } from '../functions/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** A process function; its result is void by its type, and a promise by mistake. */
export interface ElementProcessor<K> {
  processElement(value: unknown, context: ProcessContext<K>, out: Collector<unknown>): unknown;
}

/** Template: hands over the record with its context and a collector. */
export function processElements(fn: ElementProcessor<undefined>, next: Next, operator: OperatorContext): Next {
  const { task } = operator;
  const out = { collect: next };
  const context: ProcessContext = {
    timestamp: () => task.timestamp(),
    getCurrentKey: () => undefined,
    currentProcessingTime: () => task.clock.nowMs(),
  };
  return function processRecord(record) {
    let result: unknown;
    try {
      result = fn.processElement(record, context, out);
    } catch (error) {
      throw operator.failed(error);
    }
    if (result instanceof Promise) throw operator.returnedPromise();
  };
}
