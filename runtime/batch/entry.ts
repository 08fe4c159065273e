/** How an entry lies in a page and in a run: the lengths of its key and its payload in four bytes each, then both. */

export const ENTRY_HEADER = 8;

/** Where an entry lies: in memory, or in the part of a run that is read. */
export interface EntryView {
  u8: Uint8Array;
  dv: DataView;
  /** Of the header. */
  at: number;
}

/** Compares the keys of two entries as unsigned bytes. */
export function compareEntryKeys(a: EntryView, b: EntryView): number {
  const aLength = a.dv.getUint32(a.at, true);
  const bLength = b.dv.getUint32(b.at, true);
  return compareBytes(a.u8, a.at + ENTRY_HEADER, aLength, b.u8, b.at + ENTRY_HEADER, bLength);
}

export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
): number {
  const length = aLength < bLength ? aLength : bLength;
  for (let i = 0; i < length; i++) {
    const order = a[aStart + i] - b[bStart + i];
    if (order !== 0) return order;
  }
  return aLength - bLength;
}
