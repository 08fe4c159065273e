/** The most frequent keys among the records of one subtask, from a sample of them. */
import { inspect } from 'node:util';
import type { HotKey } from '../common/wire/protocols/task-findings.js';
import type { KeyFunction } from '../graph/operator-spec.js';
import { keyIdentity } from '../serde/index.js';

/** Keys that are counted at a time: those with more than a 64th of the sample are never missed. */
const COUNTED = 64;
/** One record of 64 to 191 is looked at, at random, so that no pattern of the input goes unseen. */
const LEAST_DISTANCE = 64;
/** The sample's weight; older records count half as much after each that many. */
const HALVE_AT = 8192;
/** Fewer say nothing. */
const ENOUGH = 100;
const SHOWN = 5;
const SHOWN_FROM_SHARE = 0.05;
const LONGEST_LABEL = 100;

/**
 * Counts by the space-saving rule: a key that is not counted takes the place of the least frequent one, with its count as
 * the error that it may have.
 */
export class HotKeys {
  /** Records until the next one that is looked at. */
  left = 1;
  private random = 0x2545f491;
  private readonly places = new Map<unknown, number>();
  private readonly keys: unknown[] = [];
  private readonly counts = new Float64Array(COUNTED);
  private readonly errors = new Float64Array(COUNTED);
  private seen = 0;

  constructor(private readonly keyOf: KeyFunction) {}

  /** A record whose turn it is. */
  see(record: unknown): void {
    this.random = (Math.imul(this.random, 1103515245) + 12345) & 0x7fffffff;
    this.left = LEAST_DISTANCE + (this.random >>> 24);
    let identity: unknown;
    try {
      identity = keyIdentity(this.keyOf(record));
    } catch {
      // The operator will meet the same record, and say what is wrong with its key.
      return;
    }
    if (++this.seen >= HALVE_AT) this.halve();
    const place = this.places.get(identity) ?? this.placeFor(identity, record);
    this.counts[place] = (this.counts[place] ?? 0) + 1;
  }

  /** Keys with at least a 20th of the records, the most frequent first; none while the sample is small. */
  top(): HotKey[] {
    if (this.seen < ENOUGH) return [];
    return this.keys
      .map((key, i) => ({ key, share: ((this.counts[i] ?? 0) - (this.errors[i] ?? 0)) / this.seen }))
      .filter(({ share }) => share >= SHOWN_FROM_SHARE)
      .sort((a, b) => b.share - a.share)
      .slice(0, SHOWN)
      .map(({ key, share }) => ({ key: labelOf(key), share: Math.round(share * 1000) / 1000 }));
  }

  private placeFor(identity: unknown, record: unknown): number {
    const place = this.keys.length < COUNTED ? this.keys.length : this.counts.indexOf(Math.min(...this.counts));
    const count = this.counts[place] ?? 0;
    for (const [former, its] of this.places) {
      if (its === place) this.places.delete(former);
    }
    this.places.set(identity, place);
    this.keys[place] = this.keyOf(record);
    this.errors[place] = count;
    return place;
  }

  private halve(): void {
    this.seen /= 2;
    for (let i = 0; i < COUNTED; i++) {
      this.counts[i] = (this.counts[i] ?? 0) / 2;
      this.errors[i] = (this.errors[i] ?? 0) / 2;
    }
  }
}

function labelOf(key: unknown): string {
  const text = typeof key === 'string' ? key : inspect(key, { breakLength: Infinity, depth: 3 });
  return text.length <= LONGEST_LABEL ? text : `${text.slice(0, LONGEST_LABEL)}…`;
}
