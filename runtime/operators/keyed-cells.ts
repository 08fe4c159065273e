import type { KeyFunction } from '../graph/operator-spec.js';
import type { OperatorContext } from './operator-context.js';

/** The state of one key: what an operator keeps between the records of that key. */
export interface Cell {
  /** False until the key's first record. */
  filled: boolean;
  value: unknown;
}

/**
 * Template: finds the state of a record's key, kept on the heap of the subtask. An update then costs no second look-up.
 * @param identify what stands for keys that are neither strings nor numbers
 */
export function keyedCells(
  key: KeyFunction,
  identify: (key: unknown) => unknown,
  operator: OperatorContext,
): (record: unknown) => Cell {
  const cells = new Map<unknown, Cell>();
  return function cellOf(record) {
    let k: unknown;
    try {
      k = key(record);
    } catch (error) {
      throw operator.failed(error);
    }
    if (typeof k !== 'string' && !(typeof k === 'number' && k === k)) k = identify(k);
    let cell = cells.get(k);
    if (cell === undefined) {
      cell = { filled: false, value: undefined };
      cells.set(k, cell);
    }
    return cell;
  };
}
