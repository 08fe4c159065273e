import type { BatchResult, Room } from './source-reader.js';

/** Stands for "no record now", because any other value may be a record. */
export const NOTHING = Symbol('nothing');

/**
 * Template: emits what `pull` gives until it gives nothing; then `state` says why.
 * @param nothing the value by which `pull` says that there is nothing
 */
export function emitPulled(
  pull: () => unknown,
  nothing: symbol,
  state: () => BatchResult,
  emit: (record: unknown) => void,
  emitted: Float64Array,
  room: Room,
): (max: number) => BatchResult {
  return function nextBatch(max) {
    let count = 0;
    let isMore = true;
    while (count < max && room.open && isMore) {
      const record = pull();
      isMore = record !== nothing;
      if (isMore) {
        emit(record);
        count++;
      }
    }
    emitted[0] += count;
    return isMore ? 'more' : state();
  };
}
