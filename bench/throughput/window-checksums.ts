/** What the workloads with windows and joins must give, worked out without any engine. Nothing is late in them. */
import { mix32, OTHER_SEED, reading, type Reading } from '../jobs/data/generator.js';
import type { Checksums } from './workloads.js';

const SECOND_MS = 1000;
const JOIN_PER_MS = 10;

class Sum {
  private readonly found: Checksums = { count: 0, sum: 0, mix: 0 };

  add(value: number, hash: number): void {
    this.found.count++;
    this.found.sum += value;
    this.found.mix = (this.found.mix + hash) | 0;
  }

  get checksums(): Checksums {
    return { ...this.found, mix: this.found.mix >>> 0 };
  }
}

/** @param size of a window and @param slide between two, seconds */
export function expectedOfWindows(records: number, keys: number, size: number, slide: number): Checksums {
  const totals = new Map<number, Map<number, { count: number; sum: number }>>();
  for (let id = 0; id < records; id++) {
    const { key, ts, value } = reading(id, keys);
    const slice = Math.floor(ts / SECOND_MS / slide) * slide;
    let byKey = totals.get(slice);
    if (byKey === undefined) {
      byKey = new Map<number, { count: number; sum: number }>();
      totals.set(slice, byKey);
    }
    const total = byKey.get(key);
    if (total === undefined) byKey.set(key, { count: 1, sum: value });
    else {
      total.count++;
      total.sum += value;
    }
  }
  const sum = new Sum();
  const starts = [...totals.keys()];
  const last = Math.max(...starts);
  for (let end = Math.min(...starts) + slide; end <= last + size; end += slide) {
    const window = new Map<number, { count: number; sum: number }>();
    for (let slice = end - size; slice < end; slice += slide) {
      for (const [key, part] of totals.get(slice) ?? []) {
        const whole = window.get(key);
        window.set(key, { count: part.count + (whole?.count ?? 0), sum: part.sum + (whole?.sum ?? 0) });
      }
    }
    for (const [key, total] of window) sum.add(total.sum, mix32(key ^ mix32(end ^ mix32(total.count ^ total.sum))));
  }
  return sum.checksums;
}

/** @param records of both streams together */
export function expectedOfJoinedWindows(records: number, keys: number): Checksums {
  const place = ({ key, ts }: Reading): number => Math.floor(ts / SECOND_MS) * keys + key;
  const right = byPlace(records / 2, keys, place);
  const sum = new Sum();
  for (let id = 0; id < records / 2; id++) {
    const left = reading(id, keys, JOIN_PER_MS);
    for (const other of right.get(place(left)) ?? []) addPair(sum, left, other);
  }
  return sum.checksums;
}

/** Up to a second before and behind. */
export function expectedOfIntervals(records: number, keys: number): Checksums {
  const right = byPlace(records / 2, keys, ({ key }) => key);
  const sum = new Sum();
  for (let id = 0; id < records / 2; id++) {
    const left = reading(id, keys, JOIN_PER_MS);
    for (const other of right.get(left.key) ?? [])
      if (Math.abs(other.ts - left.ts) <= SECOND_MS) addPair(sum, left, other);
  }
  return sum.checksums;
}

function byPlace(count: number, keys: number, place: (record: Reading) => number): Map<number, Reading[]> {
  const places = new Map<number, Reading[]>();
  for (let id = 0; id < count; id++) {
    const record = reading(id, keys, JOIN_PER_MS, OTHER_SEED);
    const there = places.get(place(record));
    if (there === undefined) places.set(place(record), [record]);
    else there.push(record);
  }
  return places;
}

function addPair(sum: Sum, left: Reading, right: Reading): void {
  sum.add(left.value + right.value, mix32(left.id ^ mix32(right.id)));
}
