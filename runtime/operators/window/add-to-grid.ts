import type { KeyFunction } from '../../graph/operator-spec.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import type { GridWindows } from './grid-windows.js';
import type { AddRecord, OpenSlice } from './window-store.js';

/**
 * Template: a record goes into what its slice holds. Records are a little out of order, so that two slices take turns: both are
 * kept at hand.
 * @param identify what stands for keys that are neither strings nor numbers
 * @param closed a slice that no timestamp fits
 */
export function addToGrid(
  windows: GridWindows,
  timeOf: () => number,
  key: KeyFunction,
  identify: (key: unknown) => unknown,
  add: AddRecord,
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
      add(slice.content, id, k, record);
    } catch (error) {
      throw operator.failed(error);
    }
  };
}
