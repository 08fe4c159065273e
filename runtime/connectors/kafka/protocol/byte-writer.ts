/** Writes the primitives of Kafka's protocol into one growing buffer. */

const CAPACITY_BYTES = 256;

export class ByteWriter {
  /** Where the next byte goes. */
  position = 0;

  /** @param buffer to write into from its beginning; it is left for a larger one when it is full */
  constructor(private buffer: Buffer = Buffer.allocUnsafe(CAPACITY_BYTES)) {}

  /** What was written, without a copy: valid until the next write. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.position);
  }

  int8(value: number): this {
    this.room(1);
    this.position = this.buffer.writeInt8(value, this.position);
    return this;
  }

  int16(value: number): this {
    this.room(2);
    this.position = this.buffer.writeInt16BE(value, this.position);
    return this;
  }

  int32(value: number): this {
    this.room(4);
    this.position = this.buffer.writeInt32BE(value, this.position);
    return this;
  }

  uint32(value: number): this {
    this.room(4);
    this.position = this.buffer.writeUInt32BE(value, this.position);
    return this;
  }

  /** @param value a whole number that a double holds exactly */
  int64(value: number): this {
    this.room(8);
    this.buffer.writeInt32BE(Math.floor(value / 2 ** 32), this.position);
    this.buffer.writeUInt32BE(value >>> 0, this.position + 4);
    this.position += 8;
    return this;
  }

  uvarint(value: number): this {
    this.room(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.buffer[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.position++] = rest;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.buffer.set(bytes, this.position);
    this.position += bytes.length;
    return this;
  }

  /** A string behind its length of 16 bits; null is the length -1. */
  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.byteLength(value);
    this.int16(bytes);
    this.room(bytes);
    this.position += this.buffer.write(value, this.position, 'utf8');
    return this;
  }

  /** A string as newer versions of requests have it. */
  compactString(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    return this.uvarint(bytes.length + 1).raw(bytes);
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** Puts a number into bytes that were written before. */
  patchInt32(position: number, value: number): void {
    this.buffer.writeInt32BE(value, position);
  }

  patchUint32(position: number, value: number): void {
    this.buffer.writeUInt32BE(value, position);
  }

  private room(bytes: number): void {
    const needed = this.position + bytes;
    if (needed > this.buffer.length) this.buffer = grown(this.buffer, this.position, needed);
  }
}

/** A buffer of at least that size, and at least twice the old one's, with what was written. */
export function grown(buffer: Buffer, written: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(needed, buffer.length * 2));
  buffer.copy(larger, 0, 0, written);
  return larger;
}
