import { makeCopier } from '../serde/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** Template: the next operator gets a copy, so that what either side keeps or changes is never seen by the other. */
export function copyingHandOver(copy: (record: unknown) => unknown, next: Next): Next {
  return function handOverCopy(record) {
    next(typeof record === 'object' && record !== null ? copy(record) : record);
  };
}

/** Template: one producer, two consumers; more are nested. */
export function fork(first: Next, second: Next): Next {
  return function forkRecord(record) {
    first(record);
    second(record);
  };
}

/** Template: the end of a branch that nobody reads. */
export function discard(): Next {
  return function discardRecord() {};
}

/**
 * Template: a way out of the chain. What fails there (a key selector, a serializer) is told as this operator's
 * failure.
 */
export function leaveChain(emit: Next, operator: OperatorContext): Next {
  return function leave(record) {
    try {
      emit(record);
    } catch (error) {
      throw operator.failed(error);
    }
  };
}

/** With object reuse, a record that is kept may be changed by its producer later: state keeps a copy. */
export function retainer(objectReuse: boolean): (record: unknown) => unknown {
  return objectReuse ? makeCopier() : (record) => record;
}
