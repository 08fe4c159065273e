/**
 * The elements of a channel's byte stream. A record of up to MAX_SHORT_LENGTH bytes stands behind its length in two
 * bytes; everything else has a header of six: its kind in two bytes (above MAX_SHORT_LENGTH), its length in four.
 * A record with a timestamp has eight bytes more behind its header, a double, which its length does not count when it is short:
 * then the two bytes are TIMED_SHORT + the length. Numbers are little-endian. Elements span chunks freely.
 */
import { MAX_SHORT_LENGTH, TIMED_SHORT, TIMESTAMP_BYTES } from '../serde/index.js';

export const SHORT_HEADER = 2;
export const LONG_HEADER = 6;

export const LONG_RECORD = 0x4000;
export const LONG_TIMED_RECORD = 0x4001;
/** A control element: CONTROL + its tag. */
export const CONTROL = 0x8000;
/** Tags from here on are the exchange's own. */
export const FIRST_INTERNAL_TAG = 0x3ff0;
/** The payload defines the shape of the records that follow. */
export const SHAPE_TAG = 0x3ff0;
export const END_TAG = 0x3ff1;

/** A control element as bytes. @param tag 0 ≤ tag < FIRST_INTERNAL_TAG for what is not the exchange's own */
export function controlElement(tag: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LONG_HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, CONTROL + tag, true);
  view.setUint32(2, payload.length, true);
  bytes.set(payload, LONG_HEADER);
  return bytes;
}

/** What must be free before a record for its header. */
export const MAX_HEADER = LONG_HEADER + TIMESTAMP_BYTES;

/**
 * Puts the header right before a record.
 * @param at where the record begins; MAX_HEADER bytes before it are free
 * @param timestampMs NaN = it has none
 * @returns where the element begins
 */
export function headRecord(dv: DataView, at: number, length: number, timestampMs: number): number {
  if (timestampMs === timestampMs) {
    dv.setFloat64(at - TIMESTAMP_BYTES, timestampMs, true);
    const start = at - TIMESTAMP_BYTES - (length <= MAX_SHORT_LENGTH ? SHORT_HEADER : LONG_HEADER);
    if (length <= MAX_SHORT_LENGTH) {
      dv.setUint16(start, TIMED_SHORT + length, true);
    } else {
      dv.setUint16(start, LONG_TIMED_RECORD, true);
      dv.setUint32(start + 2, TIMESTAMP_BYTES + length, true);
    }
    return start;
  }
  if (length <= MAX_SHORT_LENGTH) {
    dv.setUint16(at - SHORT_HEADER, length, true);
    return at - SHORT_HEADER;
  }
  dv.setUint16(at - LONG_HEADER, LONG_RECORD, true);
  dv.setUint32(at - LONG_HEADER + 2, length, true);
  return at - LONG_HEADER;
}

/** How long the element at `pos` is with its header. @returns 0 when too few bytes are there to tell */
export function elementSize(dv: DataView, pos: number, end: number): number {
  if (end - pos < SHORT_HEADER) return 0;
  const kind = dv.getUint16(pos, true);
  if (kind <= MAX_SHORT_LENGTH) return SHORT_HEADER + kind;
  if (kind >= TIMED_SHORT) return SHORT_HEADER + TIMESTAMP_BYTES + kind - TIMED_SHORT;
  return end - pos < LONG_HEADER ? 0 : LONG_HEADER + dv.getUint32(pos + 2, true);
}
