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
  room: Room,
): (max: number) => BatchResult {
  return function nextBatch(max) {
    for (let count = 0; count < max; count++) {
      if (!room.open) return 'more';
      const record = pull();
      if (record === nothing) return state();
      emit(record);
    }
    return 'more';
  };
}
