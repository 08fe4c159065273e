/** Decompresses Snappy, as one block or in the frame that Java producers put round their blocks. */

const FRAME_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, a version and the oldest version that can read it. */
const FRAME_HEADER_BYTES = 16;

/** @throws RangeError for what is no Snappy */
export function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, FRAME_MAGIC.length).equals(FRAME_MAGIC)) return decompressBlock(bytes);
  const blocks: Buffer[] = [];
  for (let at = FRAME_HEADER_BYTES; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    blocks.push(decompressBlock(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(bytes: Buffer): Buffer {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) throw new RangeError('The length of a Snappy block is broken.');
    size |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  const out = Buffer.allocUnsafe(size >>> 0);
  let written = 0;
  while (at < bytes.length) {
    const tag = bytes[at++];
    if ((tag & 3) === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const lengthBytes = length - 59;
        length = bytes.readUIntLE(at, lengthBytes);
        at += lengthBytes;
      }
      length++;
      requireRoom(at + length <= bytes.length && written + length <= out.length);
      bytes.copy(out, written, at, at + length);
      at += length;
      written += length;
      continue;
    }
    const { length, distance, bytesRead } = readCopy(bytes, at, tag);
    at += bytesRead;
    requireRoom(distance > 0 && distance <= written && written + length <= out.length);
    // Byte by byte: what is copied may reach into what is being written.
    for (let end = written + length; written < end; written++) out[written] = out[written - distance];
  }
  requireRoom(written === out.length);
  return out;
}

interface Copy {
  length: number;
  distance: number;
  bytesRead: number;
}

function readCopy(bytes: Buffer, at: number, tag: number): Copy {
  switch (tag & 3) {
    case 1:
      return { length: ((tag >>> 2) & 7) + 4, distance: ((tag >>> 5) << 8) | bytes.readUInt8(at), bytesRead: 1 };
    case 2:
      return { length: (tag >>> 2) + 1, distance: bytes.readUInt16LE(at), bytesRead: 2 };
    default:
      return { length: (tag >>> 2) + 1, distance: bytes.readUInt32LE(at), bytesRead: 4 };
  }
}

function requireRoom(holds: boolean): void {
  if (!holds) throw new RangeError('A Snappy block is broken.');
}
