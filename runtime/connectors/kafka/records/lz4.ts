/** Decompresses frames of LZ4. Checksums inside of them are skipped: the batch has one of its own. */

const FRAME_MAGIC = 0x184d2204;
const CONTENT_SIZE_BIT = 0x08;
const BLOCK_CHECKSUM_BIT = 0x10;
const DICTIONARY_BIT = 0x01;
const STORED_BIT = 0x80000000;
/** By their numbers 4 to 7 in a frame's descriptor. */
const MAX_BLOCK_BYTES = [64 * 1024, 256 * 1024, 1024 * 1024, 4 * 1024 * 1024];

/** @throws RangeError for what is no LZ4 */
export function decompressLz4Frame(bytes: Buffer): Buffer {
  if (bytes.readUInt32LE(0) !== FRAME_MAGIC) throw new RangeError('It does not begin as a frame of LZ4.');
  const flags = bytes[4];
  const maxBlockBytes = MAX_BLOCK_BYTES[((bytes[5] >>> 4) & 7) - 4];
  if (maxBlockBytes === undefined || (flags & DICTIONARY_BIT) !== 0) {
    throw new RangeError('The frame of LZ4 is of a kind that is not read.');
  }
  let at = 7 + ((flags & CONTENT_SIZE_BIT) === 0 ? 0 : 8);
  const blocks = new Output(maxBlockBytes);
  for (;;) {
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) return blocks.bytes;
    const isStored = (size & STORED_BIT) !== 0;
    const length = size & 0x7fffffff;
    if (at + length > bytes.length) throw broken();
    const block = bytes.subarray(at, at + length);
    blocks.reserve(maxBlockBytes);
    if (isStored) blocks.append(block, 0, length);
    else decompressBlock(block, blocks);
    at += length + ((flags & BLOCK_CHECKSUM_BIT) === 0 ? 0 : 4);
  }
}

/** What is decompressed so far: a block may repeat what stands in those before it. */
class Output {
  private buffer: Buffer;
  private written = 0;

  constructor(capacityBytes: number) {
    this.buffer = Buffer.allocUnsafe(capacityBytes);
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.written);
  }

  reserve(bytes: number): void {
    if (this.written + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.written + bytes, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.written);
    this.buffer = larger;
  }

  append(source: Buffer, start: number, end: number): void {
    if (end > source.length || this.written + end - start > this.buffer.length) throw broken();
    source.copy(this.buffer, this.written, start, end);
    this.written += end - start;
  }

  repeat(distance: number, length: number): void {
    const { buffer } = this;
    if (distance === 0 || distance > this.written || this.written + length > buffer.length) throw broken();
    let to = this.written;
    for (const end = to + length; to < end; to++) buffer[to] = buffer[to - distance];
    this.written = to;
  }
}

function decompressBlock(block: Buffer, out: Output): void {
  let at = 0;
  const extended = (length: number): number => {
    if (length !== 15) return length;
    let total = length;
    for (;;) {
      const byte = block.readUInt8(at++);
      total += byte;
      if (byte !== 255) return total;
    }
  };
  for (;;) {
    const token = block.readUInt8(at++);
    const literals = extended(token >>> 4);
    out.append(block, at, at + literals);
    at += literals;
    if (at === block.length) return;
    const distance = block.readUInt16LE(at);
    at += 2;
    out.repeat(distance, extended(token & 15) + 4);
  }
}

function broken(): RangeError {
  return new RangeError('A block of LZ4 is broken.');
}
