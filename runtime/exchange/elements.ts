/**
 * The elements of a channel's byte stream. A record of up to MAX_SHORT_LENGTH bytes stands behind its length in two
 * bytes; everything else has a header of six: its kind in two bytes (above MAX_SHORT_LENGTH), its length in four.
 * Numbers are little-endian. Elements span chunks freely. Kinds 0xC000 and up are kept for records with a timestamp.
 */
import { MAX_SHORT_LENGTH } from '../serde/index.js';

export const SHORT_HEADER = 2;
export const LONG_HEADER = 6;

export const LONG_RECORD = 0x4000;
/** A control element: CONTROL + its tag. */
export const CONTROL = 0x8000;
/** Tags from here on are the exchange's own. */
export const FIRST_INTERNAL_TAG = 0x3ff0;
/** The payload defines the shape of the records that follow. */
export const SHAPE_TAG = 0x3ff0;
export const END_TAG = 0x3ff1;
const KIND_LIMIT = 0xc000;

/** A control element as bytes. @param tag 0 ≤ tag < FIRST_INTERNAL_TAG for what is not the exchange's own */
export function controlElement(tag: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LONG_HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, CONTROL + tag, true);
  view.setUint32(2, payload.length, true);
  bytes.set(payload, LONG_HEADER);
  return bytes;
}

/** Puts the header right before a record. @param at where the record begins; LONG_HEADER bytes before it are free
 *  @returns where the element begins */
export function headRecord(dv: DataView, at: number, length: number): number {
  if (length <= MAX_SHORT_LENGTH) {
    dv.setUint16(at - SHORT_HEADER, length, true);
    return at - SHORT_HEADER;
  }
  dv.setUint16(at - LONG_HEADER, LONG_RECORD, true);
  dv.setUint32(at - LONG_HEADER + 2, length, true);
  return at - LONG_HEADER;
}

/** How long the element at `pos` is with its header. @returns 0 when too few bytes are there to tell, -1 for garbage */
export function elementSize(dv: DataView, pos: number, end: number): number {
  if (end - pos < SHORT_HEADER) return 0;
  const kind = dv.getUint16(pos, true);
  if (kind <= MAX_SHORT_LENGTH) return SHORT_HEADER + kind;
  if (kind >= KIND_LIMIT) return -1;
  return end - pos < LONG_HEADER ? 0 : LONG_HEADER + dv.getUint32(pos + 2, true);
}
