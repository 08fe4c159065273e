/** Reads the primitives of Kafka's protocol. What ends too early throws a RangeError. */

export class ByteReader {
  constructor(
    readonly bytes: Buffer,
    public position = 0,
  ) {}

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  int8(): number {
    return this.bytes.readInt8(this.advance(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.advance(4));
  }

  uint32(): number {
    return this.bytes.readUInt32BE(this.advance(4));
  }

  /** As a double: exact up to 2^53, beyond which no offset or time lies. */
  int64(): number {
    const at = this.advance(8);
    return this.bytes.readInt32BE(at) * 2 ** 32 + this.bytes.readUInt32BE(at + 4);
  }

  varint(): number {
    const value = this.uvarint();
    return (value >>> 1) ^ -(value & 1);
  }

  uvarint(): number {
    const { bytes } = this;
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = bytes[this.position++];
      if (byte === undefined || shift > 28) throw new RangeError('A varint is cut off or too long.');
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
      shift += 7;
    }
  }

  /** Zigzag, as a double. */
  varlong(): number {
    const { bytes } = this;
    let low = 0;
    let factor = 1;
    const first = bytes[this.position];
    for (;;) {
      const byte = bytes[this.position++];
      if (byte === undefined || factor > 2 ** 63) throw new RangeError('A varlong is cut off or too long.');
      low += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 128;
    }
    return ((first ?? 0) & 1) === 0 ? low / 2 : -(low + 1) / 2;
  }

  raw(length: number): Buffer {
    const at = this.advance(length);
    return this.bytes.subarray(at, at + length);
  }

  string(): string {
    return this.nullableString() ?? '';
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const at = this.advance(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  compactString(): string {
    const length = this.uvarint() - 1;
    if (length < 0) return '';
    const at = this.advance(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  array<T>(read: () => T): T[] {
    const length = this.int32();
    return Array.from({ length: Math.max(0, length) }, read);
  }

  compactArray<T>(read: () => T): T[] {
    const length = this.uvarint() - 1;
    return Array.from({ length: Math.max(0, length) }, read);
  }

  private advance(length: number): number {
    const at = this.position;
    if (length < 0 || at + length > this.bytes.length) throw new RangeError('The message is cut off.');
    this.position = at + length;
    return at;
  }
}
