import type { KnownKeys } from '../common/known-keys.js';
import type { KeyFunction } from '../graph/operator-spec.js';
import type { OperatorContext } from './operator-context.js';

/** The state of one key: what an operator keeps between the records of that key. */
export interface Cell {
  /** False until the key's first record. */
  filled: boolean;
  value: unknown;
}

/** Makes the keys known by numbers; `forget` hears that a number stands for another key. */
type MakeKnown<K> = (forget: (number: number) => void) => KnownKeys<K>;

/**
 * Template: finds the state of a record's key, kept on the heap of the subtask. An update then costs no second look-up.
 * The cells of keys that repeat are found by the keys' numbers.
 * @param identify what stands for keys that are neither strings nor numbers
 */
export function keyedCells(
  key: KeyFunction,
  identify: (key: unknown) => unknown,
  knownStrings: MakeKnown<string>,
  knownNumbers: MakeKnown<number>,
  operator: OperatorContext,
): (record: unknown) => Cell {
  const cells = new Map<unknown, Cell>();
  const cellsOfStrings: (Cell | undefined)[] = [undefined];
  const cellsOfNumbers: (Cell | undefined)[] = [undefined];
  const strings = knownStrings((number) => {
    cellsOfStrings[number] = undefined;
  });
  const numbers = knownNumbers((number) => {
    cellsOfNumbers[number] = undefined;
  });

  const find = (k: unknown): Cell => {
    let cell = cells.get(k);
    if (cell === undefined) {
      cell = { filled: false, value: undefined };
      cells.set(k, cell);
    }
    return cell;
  };
  const findString = (k: string, number: number): Cell => {
    const cell = find(k);
    if (number >= 0) cellsOfStrings[number] = cell;
    return cell;
  };
  const findNumber = (k: number, number: number): Cell => {
    const cell = find(k);
    if (number >= 0) cellsOfNumbers[number] = cell;
    return cell;
  };
  return function cellOf(record) {
    let k: unknown;
    try {
      k = key(record);
    } catch (error) {
      throw operator.failed(error);
    }
    if (typeof k === 'string') {
      const number = strings.numberOf(k);
      return (number < 0 ? undefined : cellsOfStrings[number]) ?? findString(k, number);
    }
    if (typeof k === 'number' && k === k) {
      const number = numbers.numberOf(k);
      return (number < 0 ? undefined : cellsOfNumbers[number]) ?? findNumber(k, number);
    }
    return find(identify(k));
  };
}
