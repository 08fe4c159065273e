/**
 * The order of the entries in memory: for each the first eight bytes of its key and its place. Most comparisons are
 * decided by those bytes, so that the pages are not touched.
 */
import type { MemoryShare } from '../memory/index.js';
import { compareBytes, ENTRY_HEADER } from './entry.js';

/** Key bytes 0–3, key bytes 4–7, page, offset. */
const WORDS = 4;
const INITIAL_ENTRIES = 1024;
/** Shorter stretches are sorted by insertion. */
const SHORT = 12;

export interface Page {
  u8: Uint8Array;
  dv: DataView;
}

export class EntryIndex {
  count = 0;
  private words = new Uint32Array(0);

  constructor(
    private readonly share: MemoryShare,
    private readonly pages: readonly Page[],
  ) {}

  /** @returns whether the budget allows another entry */
  makeRoom(): boolean {
    if ((this.count + 1) * WORDS <= this.words.length) return true;
    const length = Math.max(this.words.length * 2, INITIAL_ENTRIES * WORDS);
    if (!this.share.reserve(length * 4)) return false;
    const words = new Uint32Array(length);
    words.set(this.words);
    this.share.unreserve(this.words.byteLength);
    this.words = words;
    return true;
  }

  /** There must be room. */
  add(page: number, offset: number): void {
    const { dv } = this.pages[page];
    const at = this.count++ * WORDS;
    const length = dv.getUint32(offset, true);
    this.words[at] = prefix(dv, offset + ENTRY_HEADER, length);
    this.words[at + 1] = prefix(dv, offset + ENTRY_HEADER + 4, length - 4);
    this.words[at + 2] = page;
    this.words[at + 3] = offset;
  }

  pageOf(entry: number): number {
    return this.words[entry * WORDS + 2];
  }

  offsetOf(entry: number): number {
    return this.words[entry * WORDS + 3];
  }

  sort(): void {
    this.quicksort(0, this.count - 1);
  }

  clear(): void {
    this.count = 0;
    this.share.unreserve(this.words.byteLength);
    this.words = new Uint32Array(0);
  }

  /** The smaller part by recursion, the other in the loop: the depth stays logarithmic. */
  private quicksort(from: number, to: number): void {
    let low = from;
    let high = to;
    while (high - low >= SHORT) {
      const middle = this.partition(low, high);
      if (middle - low < high - middle) {
        this.quicksort(low, middle - 1);
        low = middle + 1;
      } else {
        this.quicksort(middle + 1, high);
        high = middle - 1;
      }
    }
    for (let i = low + 1; i <= high; i++) {
      for (let j = i; j > low && this.compare(j - 1, j) > 0; j--) this.swap(j - 1, j);
    }
  }

  /** Round the median of three, which ends up at the place that is returned. */
  private partition(low: number, high: number): number {
    const middle = (low + high) >>> 1;
    if (this.compare(middle, low) < 0) this.swap(middle, low);
    if (this.compare(high, low) < 0) this.swap(high, low);
    if (this.compare(high, middle) < 0) this.swap(high, middle);
    this.swap(middle, low);
    let left = low;
    let right = high + 1;
    for (;;) {
      do left++;
      while (left < high && this.compare(left, low) < 0);
      do right--;
      while (this.compare(right, low) > 0);
      if (left >= right) break;
      this.swap(left, right);
    }
    this.swap(low, right);
    return right;
  }

  /** Never zero for two entries: equal keys keep the order in which they came, which is that of their places. */
  private compare(a: number, b: number): number {
    const { words } = this;
    const i = a * WORDS;
    const j = b * WORDS;
    const first = words[i] - words[j];
    if (first !== 0) return first;
    const second = words[i + 1] - words[j + 1];
    if (second !== 0) return second;
    return a === b ? 0 : this.compareFurther(i, j);
  }

  private compareFurther(i: number, j: number): number {
    const { words } = this;
    const aPage = words[i + 2];
    const bPage = words[j + 2];
    const aAt = words[i + 3];
    const bAt = words[j + 3];
    const a = this.pages[aPage];
    const b = this.pages[bPage];
    const aLength = a.dv.getUint32(aAt, true);
    const bLength = b.dv.getUint32(bAt, true);
    const order = compareBytes(a.u8, aAt + ENTRY_HEADER, aLength, b.u8, bAt + ENTRY_HEADER, bLength);
    if (order !== 0) return order;
    return aPage === bPage ? aAt - bAt : aPage - bPage;
  }

  private swap(a: number, b: number): void {
    const { words } = this;
    const i = a * WORDS;
    const j = b * WORDS;
    for (let k = 0; k < WORDS; k++) {
      const word = words[i + k];
      words[i + k] = words[j + k];
      words[j + k] = word;
    }
  }
}

/** Four bytes as a number that compares as they do; where there are fewer, zeros stand for the rest. */
function prefix(dv: DataView, at: number, length: number): number {
  if (length >= 4) return dv.getUint32(at);
  let word = 0;
  for (let i = 0; i < length; i++) word |= dv.getUint8(at + i) << (24 - 8 * i);
  return word >>> 0;
}
