import type { ProcessContext } from '../functions/index.js';
import type { KeyFunction } from '../graph/operator-spec.js';
import type { OperatorContext } from './operator-context.js';
import type { ElementProcessor } from './process.js';
import type { Next } from './task-context.js';

/** Template: as `processElements`, with the record's key in the context. */
export function keyedProcess(
  fn: ElementProcessor<unknown>,
  key: KeyFunction,
  next: Next,
  operator: OperatorContext,
): Next {
  const { task } = operator;
  const out = { collect: next };
  let currentKey: unknown;
  const context: ProcessContext<unknown> = {
    timestamp: () => task.timestamp(),
    getCurrentKey: () => currentKey,
    currentProcessingTime: () => task.clock.nowMs(),
  };
  return function keyedProcessRecord(record) {
    let result: unknown;
    try {
      currentKey = key(record);
      result = fn.processElement(record, context, out);
    } catch (error) {
      throw operator.failed(error);
    }
    if (result instanceof Promise) throw operator.returnedPromise();
  };
}
