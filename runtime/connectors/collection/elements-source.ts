/** The elements that the program listed. Not parallel: there is one list. */
import { instantiate } from '../../common/code-template.js';
import type { ConnectorStates } from '../connector-states.js';
import type { BatchResult, Room, SourceOutlet, SourceReader } from '../source-reader.js';

/** How many elements were emitted. */
interface Progress {
  position: number;
}

export function elementsSource(
  elements: readonly unknown[],
  outlet: SourceOutlet,
  states: ConnectorStates,
): SourceReader {
  const progress: Progress = { position: 0 };
  const kept = states.list('position', 'SPLIT');
  states.takePart({
    snapshotState() {
      kept.items = [progress.position];
    },
  });
  return {
    open() {
      if (states.isRestored) progress.position = (kept.items[0] as number | undefined) ?? elements.length;
      return Promise.resolve();
    },
    nextBatch: instantiate(emitElements)(elements, progress, outlet.emit, outlet.emitted, outlet.room),
  };
}

/** Template. */
function emitElements(
  elements: readonly unknown[],
  progress: Progress,
  emit: (record: unknown) => void,
  emitted: Float64Array,
  room: Room,
): (max: number) => BatchResult {
  return function nextBatch(max) {
    let { position } = progress;
    const end = Math.min(position + max, elements.length);
    while (position < end && room.open) emit(elements[position++]);
    emitted[0] += position - progress.position;
    progress.position = position;
    return position < elements.length ? 'more' : 'end';
  };
}
