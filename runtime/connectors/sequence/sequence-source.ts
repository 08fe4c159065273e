/** The whole numbers from..to, both included, in contiguous shares. */
import { instantiate } from '../../common/code-template.js';
import type { BatchResult, Room, Share, SourceOutlet, SourceReader } from '../source-reader.js';

export interface NumberRange {
  from: number;
  to: number;
}

/** As Flink's NumberSequenceSource splits: what does not divide evenly goes to the first subtasks, one each. */
export function shareOfSequence({ from, to }: NumberRange, { subtask, parallelism }: Share): NumberRange {
  const count = Math.max(0, to - from + 1);
  const each = Math.floor(count / parallelism);
  const extra = count - each * parallelism;
  const start = from + subtask * each + Math.min(subtask, extra);
  return { from: start, to: start + each - 1 + (subtask < extra ? 1 : 0) };
}

export function sequenceSource(range: NumberRange, share: Share, outlet: SourceOutlet): SourceReader {
  const { from, to } = shareOfSequence(range, share);
  return { nextBatch: instantiate(emitSequence)(from, to, outlet.emit, outlet.room) };
}

/** Template. */
function emitSequence(
  from: number,
  to: number,
  emit: (record: unknown) => void,
  room: Room,
): (max: number) => BatchResult {
  let next = from;
  return function nextBatch(max) {
    const end = Math.min(next + max - 1, to);
    while (next <= end && room.open) emit(next++);
    return next <= to ? 'more' : 'end';
  };
}
