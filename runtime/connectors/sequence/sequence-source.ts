/** The whole numbers from..to, both included, in contiguous shares. */
import { instantiate } from '../../common/code-template.js';
import type { ConnectorStates } from '../connector-states.js';
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

/** What is still to be emitted: a share, or after a change of parallelism the rests of several. */
interface Remaining {
  ranges: NumberRange[];
}

export function sequenceSource(
  range: NumberRange,
  share: Share,
  outlet: SourceOutlet,
  states: ConnectorStates,
): SourceReader {
  const remaining: Remaining = { ranges: [shareOfSequence(range, share)] };
  const kept = states.list('ranges', 'SPLIT');
  states.takePart({
    snapshotState() {
      kept.items = remaining.ranges.map(({ from, to }) => ({ from, to }));
    },
  });
  return {
    open() {
      if (states.isRestored) remaining.ranges = [...(kept.items as NumberRange[])];
      return Promise.resolve();
    },
    nextBatch: instantiate(emitSequence)(remaining, outlet.emit, outlet.emitted, outlet.room),
  };
}

/** Template. */
function emitSequence(
  remaining: Remaining,
  emit: (record: unknown) => void,
  emitted: Float64Array,
  room: Room,
): (max: number) => BatchResult {
  return function nextBatch(max) {
    const range = remaining.ranges[0];
    if (range === undefined) return 'end';
    let next = range.from;
    const { to } = range;
    const end = Math.min(next + max - 1, to);
    while (next <= end && room.open) emit(next++);
    emitted[0] += next - range.from;
    range.from = next;
    if (next <= to) return 'more';
    remaining.ranges.shift();
    return remaining.ranges.length > 0 ? 'more' : 'end';
  };
}
