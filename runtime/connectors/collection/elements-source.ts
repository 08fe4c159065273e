/** The elements that the program listed. Not parallel: there is one list. */
import { instantiate } from '../../common/code-template.js';
import type { BatchResult, Room, SourceOutlet, SourceReader } from '../source-reader.js';

export function elementsSource(elements: readonly unknown[], outlet: SourceOutlet): SourceReader {
  return { nextBatch: instantiate(emitElements)(elements, outlet.emit, outlet.room) };
}

/** Template. */
function emitElements(
  elements: readonly unknown[],
  emit: (record: unknown) => void,
  room: Room,
): (max: number) => BatchResult {
  let position = 0;
  return function nextBatch(max) {
    const end = Math.min(position + max, elements.length);
    while (position < end && room.open) emit(elements[position++]);
    return position < elements.length ? 'more' : 'end';
  };
}
