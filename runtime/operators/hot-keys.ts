/** The most frequent keys among the records of one subtask, from a sample of them. */
import { inspect } from 'node:util';
import type { HotKey } from '../common/wire/protocols/task-findings.js';
import type { KeyFunction } from '../graph/operator-spec.js';
import { keyIdentity } from '../serde/index.js';

/** Keys that are counted at a time: those with more than a 64th of the sample are never missed. */
const COUNTED = 64;
/** One record of 64 to 191 is looked at, at random, so that no pattern of the input goes unseen … */
const LEAST_DISTANCE = 64;
/** … and of a fast input fewer, each distance this many times as long at most. */
const MOST_STRETCH = 64;
/** Samples between two reports that are plenty: with more, distances double. */
const PLENTY = 1024;
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
  private stretch = 1;
  private sinceReport = 0;
  private random = 0x2545f491;
  private readonly places = new Map<unknown, number>();
  /** What stands for the key of each place. */
  private readonly identities: unknown[] = [];
  private readonly keys: unknown[] = [];
  private readonly counts = new Float64Array(COUNTED);
  private readonly errors = new Float64Array(COUNTED);
  private seen = 0;

  constructor(private readonly keyOf: KeyFunction) {}

  /** A record whose turn it is. */
  see(record: unknown): void {
    this.random = (Math.imul(this.random, 1103515245) + 12345) & 0x7fffffff;
    this.left = (LEAST_DISTANCE + (this.random >>> 24)) * this.stretch;
    this.sinceReport++;
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

  /**
   * To be called at each report, about every half second.
   * @returns keys with at least a 20th of the records, the most frequent first; none while the sample is small
   */
  top(): HotKey[] {
    if (this.sinceReport > PLENTY) this.stretch = Math.min(2 * this.stretch, MOST_STRETCH);
    else if (this.sinceReport < PLENTY / 4) this.stretch = Math.max(this.stretch / 2, 1);
    this.sinceReport = 0;
    if (this.seen < ENOUGH) return [];
    return this.keys
      .map((key, i) => ({ key, share: ((this.counts[i] ?? 0) - (this.errors[i] ?? 0)) / this.seen }))
      .filter(({ share }) => share >= SHOWN_FROM_SHARE)
      .sort((a, b) => b.share - a.share)
      .slice(0, SHOWN)
      .map(({ key, share }) => ({ key: labelOf(key), share: Math.round(share * 1000) / 1000 }));
  }

  private placeFor(identity: unknown, record: unknown): number {
    const place = this.keys.length < COUNTED ? this.keys.length : this.leastFrequent();
    this.places.delete(this.identities[place]);
    this.places.set(identity, place);
    this.identities[place] = identity;
    this.keys[place] = this.keyOf(record);
    this.errors[place] = this.counts[place] ?? 0;
    return place;
  }

  /** Where there are many keys almost every sample comes here: a loop over numbers, not `Math.min` of them all. */
  private leastFrequent(): number {
    const { counts } = this;
    let least = 0;
    for (let i = 1; i < COUNTED; i++) if ((counts[i] ?? 0) < (counts[least] ?? 0)) least = i;
    return least;
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
