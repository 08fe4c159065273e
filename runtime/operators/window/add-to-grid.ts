import type { KeyFunction } from '../../graph/operator-spec.js';
import type { KeyedStateBackend } from '../../state/index.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import type { GridWindows } from './grid-windows.js';
import type { OpenSlice } from './window-store.js';

/**
 * Template: a record goes into the bucket of its slice. Records are a little out of order, so that two slices take turns: both are
 * kept at hand.
 * @param identify what stands for keys that are neither strings nor numbers
 * @param first the value of a key's first record
 * @param add the value with one more record
 * @param closed a slice that no timestamp fits
 */
export function addToGrid(
  windows: GridWindows,
  timeOf: () => number,
  key: KeyFunction,
  identify: (key: unknown) => unknown,
  first: (record: unknown) => unknown,
  add: (value: unknown, record: unknown) => unknown,
  epochs: KeyedStateBackend['epochs'],
  closed: OpenSlice,
  operator: OperatorContext,
): Next {
  let recent = closed;
  let other = closed;
  return function addToWindow(record) {
    const at = timeOf();
    try {
      const k = key(record);
      const id = typeof k === 'string' || (typeof k === 'number' && k === k) ? k : identify(k);
      let slice: OpenSlice | undefined = recent;
      if (!(at >= slice.fromMs && at < slice.toMs)) {
        slice = other;
        if (!(at >= slice.fromMs && at < slice.toMs)) slice = windows.enter(at, k, id, record);
        if (slice === undefined) return;
        other = recent;
        recent = slice;
      }
      const { bucket } = slice;
      const cell = bucket.cell(id);
      if (cell === undefined) {
        bucket.add(id, k, first(record));
      } else {
        if (cell.epoch !== epochs.current) bucket.touch(cell);
        cell.value = add(cell.value, record);
      }
    } catch (error) {
      throw operator.failed(error);
    }
  };
}
