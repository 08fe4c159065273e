import { WeftError } from '../../common/errors/index.js';
import { cursorOver, type RecordDecoder, type RunSource, type ShapeReader } from '../../serde/index.js';
import {
  CONTROL,
  elementSize,
  END_TAG,
  FIRST_INTERNAL_TAG,
  LONG_HEADER,
  LONG_TIMED_RECORD,
  SHAPE_TAG,
  SHORT_HEADER,
} from '../elements.js';
import type { Doorbells } from '../memory/doorbell.js';
import { RingConsumer } from '../memory/ring-consumer.js';
import type { RingGroup } from '../memory/ring-group.js';
import type { PoolViews } from '../memory/segment-pool.js';
import type { ChannelCapture, InFlight, InputCounters, InputHandler, RecordTime } from '../types.js';
import { MAX_SHORT_LENGTH, TIMED_SHORT, TIMESTAMP_BYTES, type Cursor } from '../../serde/index.js';
import { RingCapture } from './ring-capture.js';

/** What the channels of a gate have in common. */
export interface GateShare {
  readonly decoder: RecordDecoder;
  readonly time: RecordTime;
  readonly counters: InputCounters;
}

/** One channel of a gate that comes from another thread: decodes in place; what spans chunks is put together first. */
export class RingInput extends RingConsumer implements RunSource {
  readonly u8: RunSource['u8'];
  readonly dv: RunSource['dv'];
  readonly buffer: RunSource['buffer'];
  readonly keys: string[] = [];
  readonly kept: unknown[] = [];
  stopped = false;
  /** The end of partition has been read. */
  finished = false;
  private reader: ShapeReader | undefined;
  /** What `reader` was made from. */
  private shape: Uint8Array | undefined;
  /** The beginning of an element whose rest has not come yet. */
  private partial = new Uint8Array(256);
  private partialView = new DataView(this.partial.buffer);
  private partialLength = 0;

  /** @param peer who writes, for error messages */
  constructor(
    views: PoolViews,
    group: RingGroup,
    channel: number,
    bells: Doorbells,
    private readonly share: GateShare,
    private readonly peer: string,
  ) {
    super(group, channel, bells);
    this.u8 = views.u8;
    this.dv = views.dv;
    this.buffer = views.buffer as RunSource['buffer'];
  }

  /** @throws EXCHANGE_PEER_LOST, SERDE_CORRUPT */
  poll(handler: InputHandler, max: number, index: number): number {
    let count = 0;
    this.stopped = false;
    while (count < max && !this.stopped && !this.finished) {
      if (!this.refresh()) {
        if (this.failed) throw new WeftError('EXCHANGE_PEER_LOST', `The connection to ${this.peer} is lost.`);
        break;
      }
      const before = this.pos;
      if (this.partialLength === 0 && this.reader !== undefined) count += this.reader.run(this, handler, max - count);
      if (count < max && !this.stopped && this.pos < this.end) count += this.takeElement(handler, index);
      this.share.counters.bytesIn += this.pos - before;
    }
    return count;
  }

  /** Begins to copy what belongs before the cut of a checkpoint and is not read yet. */
  capture(checkpointId: number): ChannelCapture | undefined {
    return this.finished ? undefined : new RingCapture(this, checkpointId);
  }

  /** Where reading stands: what must be known to read on from here, and the bytes of an element that is not whole yet. */
  standing(): InFlight {
    const bytes = this.partial.slice(0, this.partialLength);
    return {
      position: (this.position - bytes.length) | 0,
      shape: this.shape,
      keys: [...this.keys],
      bytes,
    };
  }

  /** Takes what the generated loop leaves: long records, control elements, and what is not there whole. */
  private takeElement(handler: InputHandler, index: number): number {
    if (this.partialLength > 0) return this.takePartial(handler, index);
    const size = elementSize(this.dv, this.pos, this.end);
    if (size === 0 || size > this.end - this.pos) {
      this.grow(this.end - this.pos);
      return 0;
    }
    const start = this.pos;
    this.pos += size;
    return this.handle(this, start, this.pos, handler, index);
  }

  /** Adds what has come to the partial element, and takes it once it is whole. */
  private takePartial(handler: InputHandler, index: number): number {
    let size = elementSize(this.partialView, 0, this.partialLength);
    while (this.partialLength < (size === 0 ? LONG_HEADER : size) && this.pos < this.end) {
      // While the size is unknown, byte by byte: the header may belong to a short record.
      this.grow(size === 0 ? 1 : Math.min(size - this.partialLength, this.end - this.pos));
      if (size === 0) size = elementSize(this.partialView, 0, this.partialLength);
    }
    if (size === 0 || this.partialLength < size) return 0;
    this.partialLength = 0;
    const taken = this.handle(cursorOver(this.partial, 0, this.keys, this.kept), 0, size, handler, index);
    if (this.partial.length > MAX_KEPT) this.resize(MAX_KEPT);
    return taken;
  }

  /** Moves bytes from the chunk behind the partial element. */
  private grow(count: number): void {
    const length = this.partialLength + count;
    if (length > this.partial.length) this.resize(Math.max(length, 2 * this.partial.length));
    this.partial.set(this.u8.subarray(this.pos, this.pos + count), this.partialLength);
    this.partialLength = length;
    this.pos += count;
  }

  private resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.partial.subarray(0, this.partialLength));
    this.partial = bytes;
    this.partialView = new DataView(bytes.buffer);
  }

  /** Acts on a whole element. @returns how many records it was */
  private handle(bytes: Cursor, start: number, end: number, handler: InputHandler, index: number): number {
    const kind = bytes.dv.getUint16(start, true);
    if (kind < CONTROL || kind >= TIMED_SHORT) {
      if (this.reader === undefined) throw corrupt(this.peer, 'a record came before its shape');
      const { time } = this.share;
      const isLong = kind > MAX_SHORT_LENGTH && kind < CONTROL;
      bytes.pos = start + (isLong ? LONG_HEADER : SHORT_HEADER);
      time.timestampMs = NaN;
      if (kind >= TIMED_SHORT || kind === LONG_TIMED_RECORD) {
        time.timestampMs = bytes.dv.getFloat64(bytes.pos, true);
        bytes.pos += TIMESTAMP_BYTES;
      }
      if (handler.onRecord(this.reader.readOne(bytes, end)) === false) this.stopped = true;
      return 1;
    }
    const tag = kind - CONTROL;
    const payload = bytes.u8.slice(start + LONG_HEADER, end);
    if (tag < FIRST_INTERNAL_TAG) {
      if (handler.onControl?.(tag, payload, index) === false) this.stopped = true;
    } else if (tag === SHAPE_TAG) {
      this.reader = this.share.decoder.readerFor(payload);
      this.shape = payload;
    } else if (tag === END_TAG) this.finished = true;
    else throw corrupt(this.peer, `control tag ${tag} is unknown`);
    return 0;
  }
}

/** A partial element's buffer is kept up to this size. */
const MAX_KEPT = 64 * 1024;

function corrupt(peer: string, why: string): WeftError {
  return new WeftError('SERDE_CORRUPT', `The channel from ${peer} cannot be decoded: ${why}.`);
}
