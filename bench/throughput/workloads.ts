/** The workloads: what runs, how much of it, and what must come out. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { javaHash, makeLines, mix32, reading } from '../jobs/data/generator.js';
import { expectedOfIntervals, expectedOfJoinedWindows, expectedOfWindows } from './window-checksums.js';

export interface Checksums {
  count: number;
  sum: number;
  mix: number;
}

export interface Workload {
  /** The figure's name. */
  name: string;
  /** The program in bench/jobs, and the name of its twin. */
  program: 'pass-through' | 'word-count' | 'windowed' | 'joined';
  /** What the program is told besides how many records. */
  options: Readonly<Record<string, string>>;
  /** Records of the source: numbers, or lines. */
  records: number;
  parallelism: number;
  taskManagers: number;
  slots: number;
}

const PASS_THROUGH = { program: 'pass-through', parallelism: 1, taskManagers: 1, slots: 2 } as const;
const WORD_COUNT = { program: 'word-count', options: {}, records: 4_000_000, parallelism: 2 } as const;
const ONE_TASK_MANAGER = { parallelism: 2, taskManagers: 1, slots: 2 } as const;
const TUMBLING = { program: 'windowed', ...ONE_TASK_MANAGER } as const;
/** Both engines' checkpoints; each removes its own. */
const CHECKPOINTS = `file://${join(tmpdir(), 'weft-bench-checkpoints')}`;
const CHECKPOINTED = {
  ...{ keys: '100000', size: '1', slide: '1' },
  ...{ 'checkpoint-ms': '1000', 'checkpoint-dir': CHECKPOINTS },
};
const JOINED = { program: 'joined', records: 2_000_000, ...ONE_TASK_MANAGER } as const;

export const WORKLOADS: Record<'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'W6', readonly Workload[]> = {
  W1: [
    { ...PASS_THROUGH, name: 'W1-copy', options: {}, records: 20_000_000 },
    { ...PASS_THROUGH, name: 'W1-reuse', options: { reuse: 'true' }, records: 80_000_000 },
  ],
  W2: [
    { ...WORD_COUNT, name: 'W2', taskManagers: 1, slots: 2 },
    { ...WORD_COUNT, name: 'W2-2tm', taskManagers: 2, slots: 1 },
  ],
  W3: [
    { ...TUMBLING, name: 'W3-1k', records: 8_000_000, options: { keys: '1000', size: '1', slide: '1' } },
    { ...TUMBLING, name: 'W3-100k', records: 4_000_000, options: { keys: '100000', size: '1', slide: '1' } },
  ],
  W4: [
    {
      ...{ ...TUMBLING, name: 'W4-heap', records: 4_000_000 },
      options: CHECKPOINTED,
    },
    { ...TUMBLING, name: 'W4-disk', records: 2_000_000, options: { ...CHECKPOINTED, backend: 'rocksdb' } },
  ],
  W5: [{ ...TUMBLING, name: 'W5', records: 2_000_000, options: { keys: '1000', size: '10', slide: '1' } }],
  W6: [
    { ...JOINED, name: 'W6-interval', options: { keys: '10000', kind: 'interval' } },
    { ...JOINED, name: 'W6-window', options: { keys: '10000', kind: 'window' } },
  ],
};

/** What the workload's checksums must be, worked out without any engine. */
export function expected({ program, records, options }: Workload): Checksums {
  const keys = Number(options.keys);
  switch (program) {
    case 'pass-through':
      return expectedOfReadings(records);
    case 'word-count':
      return expectedOfWords(records);
    case 'windowed':
      return expectedOfWindows(records, keys, Number(options.size), Number(options.slide));
    case 'joined':
      return options.kind === 'interval' ? expectedOfIntervals(records, keys) : expectedOfJoinedWindows(records, keys);
  }
}

function expectedOfReadings(records: number): Checksums {
  let [count, sum, mix] = [0, 0, 0];
  for (let id = 0; id < records; id++) {
    const { key, value } = reading(id, 1000);
    if ((key & 7) === 0) continue;
    count++;
    sum += value * 2 + 1;
    mix = (mix + mix32(id ^ key)) | 0;
  }
  return { count, sum, mix: mix >>> 0 };
}

function expectedOfWords(records: number): Checksums {
  const words = new Map<string, { hash: number; seen: number }>();
  const lines = makeLines().map((line) =>
    line.split(' ').map((word) => {
      const entry = words.get(word) ?? { hash: javaHash(word), seen: 0 };
      words.set(word, entry);
      return entry;
    }),
  );
  let [count, sum, mix] = [0, 0, 0];
  for (let i = 0; i < records; i++) {
    for (const word of lines[i & (lines.length - 1)]) {
      word.seen++;
      count++;
      sum += word.seen;
      mix = (mix + mix32(word.hash ^ word.seen)) | 0;
    }
  }
  return { count, sum, mix: mix >>> 0 };
}
