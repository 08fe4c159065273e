/**
 * A record of the log: the value of a key in a bucket, or that it is gone.
 *
 *   u32 length of all · u32 hash of the key · u32 bucket · u16 shape of the value, 0 = gone · u16 length of the key
 *   the key's canonical bytes · the value
 *
 * Little-endian. Records begin at multiples of 16 bytes; the room up to the next one is 0.
 */
export const HEADER_BYTES = 16;
export const ALIGN_BYTES = 16;
/** Keys are no longer than this. */
export const MAX_KEY_BYTES = 0xffff;
/** The shape of a key that is gone. */
export const GONE = 0;

/** What stands before key and value. */
export interface RecordHead {
  readonly length: number;
  /** `hashKey` of the key: also says its key group. */
  readonly hash: number;
  readonly bucket: number;
  readonly shape: number;
  readonly keyEnd: number;
}

export function writeHead(
  dv: DataView,
  pos: number,
  length: number,
  hash: number,
  bucket: number,
  shape: number,
  keyLength: number,
): void {
  dv.setUint32(pos, length, true);
  dv.setUint32(pos + 4, hash, true);
  dv.setUint32(pos + 8, bucket, true);
  dv.setUint16(pos + 12, shape, true);
  dv.setUint16(pos + 14, keyLength, true);
}

/** @returns undefined when no record begins there: bytes are missing, or are no record */
export function readHead(dv: DataView, pos: number, limit: number): RecordHead | undefined {
  if (pos + HEADER_BYTES > limit) return undefined;
  const length = dv.getUint32(pos, true);
  const keyEnd = pos + HEADER_BYTES + dv.getUint16(pos + 14, true);
  if (length < HEADER_BYTES || keyEnd > pos + length || pos + length > limit) return undefined;
  return {
    ...{ length, keyEnd, hash: dv.getUint32(pos + 4, true), bucket: dv.getUint32(pos + 8, true) },
    shape: dv.getUint16(pos + 12, true),
  };
}

/** With the room behind it. */
export function paddedLength(length: number): number {
  return Math.ceil(length / ALIGN_BYTES) * ALIGN_BYTES;
}
