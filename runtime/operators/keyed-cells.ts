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
 * Keys that repeat are found in a small table first, by their last characters: a Map hashes a string that it has not
 * seen as an object before, which takes several times as long as comparing it. Where that finds too little it is left.
 * @param identify what stands for keys that are neither strings nor numbers
 */
export function keyedCells(
  key: KeyFunction,
  identify: (key: unknown) => unknown,
  operator: OperatorContext,
): (record: unknown) => Cell {
  const RECENT = 8192;
  const SAMPLE = 4096;
  const cells = new Map<unknown, Cell>();
  const recentKeys = new Array<unknown>(RECENT).fill(undefined);
  const recentCells = new Array<Cell | undefined>(RECENT).fill(undefined);
  let hits = 0;
  let lookups = 0;
  /** Look-ups that still go straight to the Map. */
  let paused = 0;
  let pauses = 0;

  const find = (k: unknown): Cell => {
    let cell = cells.get(k);
    if (cell === undefined) {
      cell = { filled: false, value: undefined };
      cells.set(k, cell);
    }
    return cell;
  };
  const review = (): void => {
    const useless = hits < SAMPLE * 0.3;
    pauses = useless ? Math.min(pauses + 1, 8) : 0;
    paused = useless ? SAMPLE << pauses : 0;
    hits = 0;
    lookups = 0;
  };
  return function cellOf(record) {
    let k: unknown;
    try {
      k = key(record);
    } catch (error) {
      throw operator.failed(error);
    }
    let slot: number;
    if (typeof k === 'string') {
      const n = k.length;
      slot =
        n < 3
          ? n
          : Math.imul(
              Math.imul(k.charCodeAt(n - 1) * 31 + k.charCodeAt(n - 2), 31) + k.charCodeAt(n - 3) + n,
              0x9e3779b1,
            ) >>> 19;
    } else if (typeof k === 'number' && k === k) {
      slot = Math.imul(k, 0x9e3779b1) >>> 19;
    } else {
      return find(identify(k));
    }
    if (paused > 0) {
      paused--;
      return find(k);
    }
    if (++lookups === SAMPLE) review();
    const recent = recentCells[slot];
    if (recent !== undefined && recentKeys[slot] === k) {
      hits++;
      return recent;
    }
    const cell = find(k);
    recentKeys[slot] = k;
    recentCells[slot] = cell;
    return cell;
  };
}
