import { WeftError } from '../../common/errors/index.js';
import { cursorOver, MAX_SHORT_LENGTH, RecordDecoder, TIMED_SHORT, TIMESTAMP_BYTES } from '../../serde/index.js';
import type { Cursor, ShapeReader } from '../../serde/index.js';
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
import type { InFlight, InFlightTail, InputHandler, RecordTime } from '../types.js';

/** What was on its way in one channel when a checkpoint was taken, to be read again. */
export class InFlightInput {
  private readonly cursor: Cursor;
  private readonly decoder: RecordDecoder;
  private reader: ShapeReader | undefined;

  /**
   * @param head what the consumer had
   * @param tail what the producer still had; the two may overlap
   * @param time told the event time of each record before the handler gets it
   * @throws SERDE_CORRUPT
   */
  constructor(
    head: InFlight,
    tail: InFlightTail | undefined,
    private readonly time: RecordTime,
  ) {
    this.decoder = new RecordDecoder(undefined, time);
    this.cursor = cursorOver(joined(head, tail), 0, [...head.keys]);
    if (head.shape !== undefined) this.reader = this.decoder.readerFor(head.shape);
  }

  get finished(): boolean {
    return this.cursor.pos === this.cursor.u8.length;
  }

  /** As a gate's `poll`. @param channel what the handler is told */
  poll(handler: InputHandler, max: number, channel: number): { count: number; stopped: boolean } {
    let count = 0;
    let stopped = false;
    while (count < max && !stopped && !this.finished) {
      const { dv, u8, pos } = this.cursor;
      const size = elementSize(dv, pos, u8.length);
      if (size === 0 || pos + size > u8.length) throw corrupt('it ends within an element');
      const kind = dv.getUint16(pos, true);
      if (kind < CONTROL || kind >= TIMED_SHORT) {
        count++;
        stopped = handler.onRecord(this.readRecord(kind, pos + size)) === false;
      } else {
        this.cursor.pos = pos + size;
        stopped = !this.takeControl(kind - CONTROL, u8.slice(pos + LONG_HEADER, pos + size), handler, channel);
      }
    }
    return { count, stopped };
  }

  private readRecord(kind: number, end: number): unknown {
    const { cursor, time } = this;
    if (this.reader === undefined) throw corrupt('a record comes before its shape');
    cursor.pos += kind > MAX_SHORT_LENGTH && kind < CONTROL ? LONG_HEADER : SHORT_HEADER;
    time.timestampMs = NaN;
    if (kind >= TIMED_SHORT || kind === LONG_TIMED_RECORD) {
      time.timestampMs = cursor.dv.getFloat64(cursor.pos, true);
      cursor.pos += TIMESTAMP_BYTES;
    }
    return this.reader.readOne(cursor, end);
  }

  /** @returns whether the handler takes more */
  private takeControl(tag: number, payload: Uint8Array, handler: InputHandler, channel: number): boolean {
    if (tag === SHAPE_TAG) this.reader = this.decoder.readerFor(payload);
    else if (tag < FIRST_INTERNAL_TAG) return handler.onControl?.(tag, payload, channel) !== false;
    else if (tag !== END_TAG) throw corrupt(`control tag ${tag} is unknown`);
    return true;
  }
}

/** The tail begins at or before the end of the head. */
function joined(head: InFlight, tail: InFlightTail | undefined): Uint8Array {
  if (tail === undefined) return head.bytes;
  const overlap = (head.position + head.bytes.length - tail.position) | 0;
  if (overlap < 0) throw corrupt(`${-overlap} bytes are missing between its parts`);
  return Buffer.concat([head.bytes, tail.bytes.subarray(overlap)]);
}

function corrupt(why: string): WeftError {
  return new WeftError('SERDE_CORRUPT', `In-flight data of a checkpoint cannot be decoded: ${why}.`);
}
