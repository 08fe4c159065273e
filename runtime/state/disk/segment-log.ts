/**
 * The log: records, one behind the other, in segments of 16 MB. What was appended last is still in memory. An address is the slot
 * of a segment (12 bits) and the place in it (20 bits, in units of 16 bytes): 64 GB.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WeftError } from '../../common/errors/index.js';
import { cursorOver, type Cursor } from '../../serde/index.js';
import { ALIGN_BYTES, paddedLength } from './log-record.js';
import { attempt, Segment } from './segment.js';

/** The most that an address can reach. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Appended bytes that stay in memory. */
export const BUFFER_BYTES = 256 * 1024;
const OFFSET_BITS = 20;
/** The last slot is left out: no address is 0xffffffff. */
const SLOTS = (1 << (32 - OFFSET_BITS)) - 1;
/** What a record is taken for before its length is known. */
const FIRST_READ_BYTES = 512;

export class SegmentLog {
  /** The oldest first; the last one grows. */
  readonly segments: Segment[] = [];
  /** Of all segments, with what is still in memory. */
  totalBytes = 0;
  /** Ever. */
  appendedBytes = 0;
  /** What is appended is written here, from `target.pos` on. */
  target: Cursor = cursorOver(new Uint8Array(BUFFER_BYTES));
  /** For reading what is still in `target`. */
  private tail: Cursor = { ...this.target };
  private readonly slots = new Array<Segment | undefined>(SLOTS).fill(undefined);
  private scratch: Cursor = cursorOver(new Uint8Array(4 * FIRST_READ_BYTES));
  private nextId = 0;
  private folderMade = false;

  /**
   * @param folder for the segments; nobody else uses it
   * @param segmentBytes a segment that is as long is followed by another
   */
  constructor(
    private readonly folder: string,
    readonly segmentBytes = SEGMENT_BYTES,
  ) {}

  /** Makes `target` ready for a record. @param mostBytes that it may need @throws STATE_DISK_FAILED, STATE_DISK_LIMIT */
  makeRoom(mostBytes: number): void {
    const open = this.segments.at(-1);
    if (open === undefined || open.sizeBytes + this.target.pos >= this.segmentBytes) {
      this.flush();
      this.begin(this.nextId);
    }
    const bytes = paddedLength(mostBytes);
    if (this.target.pos + bytes <= this.target.u8.length) return;
    this.flush();
    if (bytes > this.target.u8.length) this.writeTo(bytes);
  }

  /** A record of that length stands at `target.pos`. @returns its address */
  commit(length: number): number {
    const { target } = this;
    const open = this.segments[this.segments.length - 1];
    const address = addressOf(open.slot, open.sizeBytes + target.pos);
    const padded = paddedLength(length);
    target.u8.fill(0, target.pos + length, target.pos + padded);
    target.pos += padded;
    this.totalBytes += padded;
    this.appendedBytes += padded;
    return address;
  }

  /** @throws STATE_DISK_FAILED */
  flush(): void {
    const open = this.segments.at(-1);
    if (open === undefined || this.target.pos === 0) return;
    open.append(this.target.u8, this.target.pos);
    this.target.pos = 0;
    // One record that was very long need not keep so much memory.
    if (this.target.u8.length > BUFFER_BYTES) this.writeTo(BUFFER_BYTES);
  }

  /** A cursor at the record, good until the next call. @throws STATE_DISK_FAILED */
  read(address: number): Cursor {
    const { segment, offset } = this.place(address);
    if (offset >= segment.sizeBytes) {
      this.tail.pos = offset - segment.sizeBytes;
      return this.tail;
    }
    const { scratch } = this;
    const found = segment.readInto(scratch.u8, 0, Math.min(FIRST_READ_BYTES, scratch.u8.length), offset);
    const length = found < 4 ? Infinity : scratch.dv.getUint32(0, true);
    if (length > found) this.readRest(segment, offset, found, length);
    this.scratch.pos = 0;
    return this.scratch;
  }

  /** Bytes of the file from an address on. @returns how many there were; 0 when all is in memory still */
  readBlock(address: number, bytes: Uint8Array, length: number): number {
    const { segment, offset } = this.place(address);
    return offset >= segment.sizeBytes ? 0 : segment.readInto(bytes, 0, Math.min(length, bytes.length), offset);
  }

  /** The first address behind the segment. */
  endOfSlot(address: number): number {
    return ((address >>> OFFSET_BITS) + 1) * (1 << OFFSET_BITS);
  }

  /** Segments stay readable, whatever is cleaned, until what is returned is called. */
  keepAll(): () => void {
    const kept = [...this.segments];
    for (const segment of kept) segment.keep();
    return () => {
      for (const segment of kept) segment.release();
    };
  }

  /** Begins a segment with the bytes that a checkpoint had of it. */
  adopt(id: number): Segment {
    this.flush();
    return this.begin(id);
  }

  /** Address of what stands there in the segment. */
  addressIn(segment: Segment, offset: number): number {
    return addressOf(segment.slot, offset);
  }

  /** Appends records as they are; to what `adopt` began. */
  appendRaw(bytes: Uint8Array): void {
    this.segments[this.segments.length - 1].append(bytes, bytes.length);
    this.totalBytes += bytes.length;
  }

  /** What is appended from now on goes into a new segment. */
  seal(): void {
    this.flush();
    this.begin(this.nextId);
  }

  /** The oldest segment holds nothing that counts. */
  dropOldest(): void {
    const oldest = this.segments.shift();
    if (oldest === undefined) return;
    this.totalBytes -= oldest.sizeBytes;
    oldest.discard();
  }

  close(): void {
    for (const segment of this.segments.splice(0)) segment.discard();
    if (this.folderMade && this.slots.every((slot) => slot === undefined)) {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  private place(address: number): { segment: Segment; offset: number } {
    const segment = this.slots[address >>> OFFSET_BITS];
    if (segment === undefined) throw new Error(`there is no segment for the address ${address}`);
    return { segment, offset: (address & ((1 << OFFSET_BITS) - 1)) * ALIGN_BYTES };
  }

  private writeTo(bytes: number): void {
    this.target = cursorOver(new Uint8Array(bytes));
    this.tail = { ...this.target };
  }

  private readRest(segment: Segment, offset: number, found: number, length: number): void {
    if (length > this.scratch.u8.length && length <= segment.sizeBytes - offset) {
      const larger = cursorOver(new Uint8Array(2 * length));
      larger.u8.set(this.scratch.u8.subarray(0, found));
      this.scratch = larger;
    }
    let have = found;
    while (have < length) {
      const more =
        length <= this.scratch.u8.length ? segment.readInto(this.scratch.u8, have, length - have, offset + have) : 0;
      if (more === 0) {
        throw new WeftError('STATE_DISK_FAILED', `State in ${segment.path} is damaged at byte ${offset}.`, {
          subject: segment.path,
        });
      }
      have += more;
    }
  }

  private begin(id: number): Segment {
    const slot = this.slots.indexOf(undefined);
    if (slot < 0) {
      throw new WeftError(
        'STATE_DISK_LIMIT',
        `The state in ${this.folder} has reached ${(SLOTS * this.segmentBytes) / 1024 ** 3} GB, with what is out of use in it.`,
        { subject: this.folder },
      );
    }
    if (!this.folderMade) {
      attempt(this.folder, () => mkdirSync(this.folder, { recursive: true }));
      this.folderMade = true;
    }
    const segment = new Segment(id, slot, join(this.folder, `seg-${id}`), ({ slot: free }) => {
      this.slots[free] = undefined;
    });
    this.nextId = id + 1;
    this.slots[slot] = segment;
    this.segments.push(segment);
    return segment;
  }
}

function addressOf(slot: number, offset: number): number {
  return ((slot << OFFSET_BITS) | (offset / ALIGN_BYTES)) >>> 0;
}
