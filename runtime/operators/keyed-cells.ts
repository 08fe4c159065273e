import type { KnownKeys } from '../common/known-keys.js';
import type { KeyFunction } from '../graph/operator-spec.js';
import type { Bucket, Cell as StateCell } from '../state/index.js';
import type { RecordKey } from '../serde/index.js';
import type { OperatorContext } from './operator-context.js';

/** The state of one key: what an operator keeps between the records of that key; `undefined` until its first record. */
export type Cell = Pick<StateCell, 'value'>;

/** Makes the keys known by numbers; `forget` hears that a number stands for another key. */
type MakeKnown<K> = (forget: (number: number) => void) => KnownKeys<K>;

/**
 * Template: as `keyedCells`, for a store that does not keep cells from record to record.
 */
export function passingCells(
  key: KeyFunction,
  bucket: Bucket,
  epochs: { readonly current: number },
  identify: (key: unknown) => unknown,
  operator: OperatorContext,
): (record: unknown) => Cell {
  return function cellOf(record) {
    let k: unknown;
    try {
      k = key(record);
    } catch (error) {
      throw operator.failed(error);
    }
    const id = typeof k === 'string' || (typeof k === 'number' && k === k) ? k : identify(k);
    const cell = bucket.cell(id) ?? bucket.add(id, k, undefined);
    if (cell.epoch !== epochs.current) bucket.touch(cell);
    return cell;
  };
}

/**
 * Template: finds the state of a record's key, ready to be changed. An update then costs no second look-up. The cells of keys that
 * repeat are found by the keys' numbers: those of the channel that a record came along, else numbers of the operator's own.
 * @param bucket keeps them; none is ever removed
 * @param recordKey what the channel knows about the key of the record at hand
 * @param epochs tells whether a snapshot must have a cell first
 * @param identify what stands for keys that are neither strings nor numbers
 */
export function keyedCells(
  key: KeyFunction,
  bucket: Bucket,
  recordKey: RecordKey,
  epochs: { readonly current: number },
  identify: (key: unknown) => unknown,
  knownStrings: MakeKnown<string>,
  knownNumbers: MakeKnown<number>,
  operator: OperatorContext,
): (record: unknown) => Cell {
  const cellsOfStrings: (StateCell | undefined)[] = [undefined];
  const cellsOfNumbers: (StateCell | undefined)[] = [undefined];
  const strings = knownStrings((number) => {
    cellsOfStrings[number] = undefined;
  });
  const numbers = knownNumbers((number) => {
    cellsOfNumbers[number] = undefined;
  });

  const find = (id: unknown, k: unknown): StateCell => bucket.cell(id) ?? bucket.add(id, k, undefined);
  const findString = (k: string, number: number): StateCell => {
    const cell = find(k, k);
    if (number >= 0) cellsOfStrings[number] = cell;
    return cell;
  };
  const findNumber = (k: number, number: number): StateCell => {
    const cell = find(k, k);
    if (number >= 0) cellsOfNumbers[number] = cell;
    return cell;
  };
  const search = (record: unknown): StateCell => {
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
    return find(identify(k), k);
  };
  return function cellOf(record) {
    const { number } = recordKey;
    let cell = number === 0 ? undefined : (recordKey.kept[number] as StateCell | undefined);
    if (cell === undefined) {
      cell = search(record);
      if (number !== 0) recordKey.kept[number] = cell;
    }
    if (cell.epoch !== epochs.current) bucket.touch(cell);
    return cell;
  };
}
