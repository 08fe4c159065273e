/**
 * Takes what no longer counts out of the log: the oldest segment is read record by record, what still counts is appended anew, and
 * the file goes. A record that says that a key is gone has nothing older to hide there, and goes too.
 */
import { cursorOver, type Cursor } from '../../serde/index.js';
import type { EntryLog } from './entry-log.js';
import { spread } from './entry-log.js';
import { GONE, HEADER_BYTES, paddedLength, readHead, type RecordHead } from './log-record.js';
import type { Segment } from './segment.js';

/** The log may be so many times as long as what counts in it. */
const LIMIT = 2;
/** And longer by this part of a segment, so that little state is not cleaned all the time. */
const SLACK = 0.25;
/** Bytes looked at for each byte that was appended. */
const PACE = 2;
/** The same, where all that counts is looked at because it may have expired. */
const PACE_OF_EXPIRY = 0.5;
/** Appended bytes from one time to the next. */
const EVERY_BYTES = 64 * 1024;
const BLOCK_BYTES = 64 * 1024;

export class Cleaner {
  /** While a snapshot is being closed nothing of an older moment may go. */
  paused = false;
  private dueAt = EVERY_BYTES;
  private segment: Segment | undefined;
  private at = 0;
  private block: Cursor = cursorOver(new Uint8Array(BLOCK_BYTES));

  constructor(private readonly log: EntryLog) {}

  /** After each write; seldom does anything. */
  look(): void {
    const { segments } = this.log;
    if (segments.appendedBytes < this.dueAt || this.paused) return;
    const appended = segments.appendedBytes - this.dueAt + EVERY_BYTES;
    if (this.isTooLong) this.clean(PACE * appended);
    else if (this.mayExpire) this.clean(PACE_OF_EXPIRY * appended);
    this.dueAt = segments.appendedBytes + EVERY_BYTES;
  }

  private get isTooLong(): boolean {
    const { segments, liveBytes } = this.log;
    return segments.totalBytes > LIMIT * liveBytes + SLACK * segments.segmentBytes;
  }

  private get mayExpire(): boolean {
    for (const { isExpired } of this.log.buckets.values()) if (isExpired !== undefined) return true;
    return false;
  }

  private clean(budgetBytes: number): void {
    const { segments } = this.log;
    for (let left = budgetBytes; left > 0 && segments.segments.length > 1;) {
      const [oldest] = segments.segments;
      if (oldest !== this.segment) {
        this.segment = oldest;
        this.at = 0;
      }
      left -= this.cleanBlock(oldest, Math.min(left, BLOCK_BYTES));
      if (this.at >= oldest.sizeBytes) segments.dropOldest();
    }
  }

  /** @returns how many bytes it has dealt with */
  private cleanBlock(segment: Segment, mostBytes: number): number {
    const { block } = this;
    const from = this.at;
    const length = segment.readInto(block.u8, 0, block.u8.length, from);
    block.pos = 0;
    while (block.pos < length && this.at - from < mostBytes) {
      const head = readHead(block.dv, block.pos, length);
      if (head === undefined) break;
      const bytes = paddedLength(head.length);
      this.cleanRecord(segment, head, bytes);
      this.at += bytes;
      block.pos = this.at - from;
    }
    if (this.at === from) this.enlarge(segment, length);
    return this.at - from;
  }

  private cleanRecord(
    segment: Segment,
    { bucket: number, hash, shape, length, keyEnd }: RecordHead,
    bytes: number,
  ): void {
    const { log, block } = this;
    const bucket = shape === GONE ? undefined : log.buckets.get(number);
    if (bucket?.table.holds(spread(hash), log.segments.addressIn(segment, this.at)) !== true) return;
    const start = block.pos;
    if (bucket.isExpired !== undefined) {
      block.pos = keyEnd;
      if (bucket.isExpired(bucket.state.read(shape, block, start + length))) {
        bucket.table.remove();
        log.count(bucket, -bytes);
        return;
      }
    }
    log.segments.makeRoom(length);
    const { target } = log.segments;
    target.u8.set(block.u8.subarray(start, start + length), target.pos);
    bucket.table.move(log.segments.commit(length));
  }

  /** The record is longer than what was read. */
  private enlarge(segment: Segment, length: number): void {
    const needed = length < HEADER_BYTES ? 0 : paddedLength(this.block.dv.getUint32(0, true));
    if (needed <= this.block.u8.length) throw new Error(`${segment.path} is damaged at byte ${this.at}`);
    this.block = cursorOver(new Uint8Array(needed));
  }
}
