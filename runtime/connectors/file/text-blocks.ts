/**
 * Cuts bytes into blocks of whole lines. Of a range, those lines that begin in it: the line that the range begins within
 * belongs to the range before, and the last line is read to its end, wherever that lies.
 */
import type { ByteSource } from './decompression.js';

const LINE_FEED = 10;

export interface TextBlock {
  /** Whole lines; only the last of the file may lack its line feed. */
  readonly text: string;
  /** Where it begins: at the beginning of a line. */
  readonly offsetBytes: number;
}

export class TextBlocks {
  /** Bytes of a line whose end has not come yet. */
  private parts: Uint8Array[] = [];
  private partsBytes = 0;
  private over = false;
  /** Where the parts begin. */
  private offset: number;
  /** The line that the range begins within is passed over. */
  private skipping: boolean;

  /**
   * @param bytes from `firstByteOf(fromBytes)` on
   * @param toBytes Infinity: to the end
   */
  constructor(
    private readonly bytes: ByteSource,
    fromBytes: number,
    private readonly toBytes: number,
  ) {
    this.offset = TextBlocks.firstByteOf(fromBytes);
    this.skipping = fromBytes > 0;
  }

  /** The byte before the range is read as well: when it ends a line, the range begins with one. */
  static firstByteOf(fromBytes: number): number {
    return Math.max(0, fromBytes - 1);
  }

  /** Undefined at the end of the range. */
  async next(): Promise<TextBlock | undefined> {
    while (!this.over) {
      const chunk = await this.bytes.read();
      const block = chunk === undefined ? this.last() : this.take(chunk);
      if (block !== undefined) return block;
    }
    return undefined;
  }

  close(): Promise<void> {
    this.over = true;
    return this.bytes.close();
  }

  private take(chunk: Uint8Array): TextBlock | undefined {
    let rest = chunk;
    if (this.skipping) {
      const end = rest.indexOf(LINE_FEED) + 1;
      this.offset += end === 0 ? rest.length : end;
      if (end === 0) return undefined;
      this.skipping = false;
      rest = rest.subarray(end);
    }
    if (this.offset >= this.toBytes) {
      this.over = true;
      return undefined;
    }
    const end = this.endOfLines(rest);
    if (end === 0) {
      this.keep(rest);
      return undefined;
    }
    const block = this.blockUpTo(rest.subarray(0, end));
    this.keep(rest.subarray(end));
    return block;
  }

  /** Behind the last line feed of the chunk that belongs to the range; 0 when there is none. */
  private endOfLines(chunk: Uint8Array): number {
    // The line that holds the last byte of the range is the last one.
    const lastByte = this.toBytes - 1 - this.offset - this.partsBytes;
    if (lastByte >= chunk.length) return chunk.lastIndexOf(LINE_FEED) + 1;
    const end = chunk.indexOf(LINE_FEED, Math.max(0, lastByte)) + 1;
    if (end > 0) this.over = true;
    return end;
  }

  private keep(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.over) return;
    this.parts.push(bytes);
    this.partsBytes += bytes.length;
  }

  private blockUpTo(bytes: Uint8Array): TextBlock {
    const whole = this.parts.length === 0 ? bytes : Buffer.concat([...this.parts, bytes]);
    const block = { text: decode(whole), offsetBytes: this.offset };
    this.offset += whole.length;
    this.parts = [];
    this.partsBytes = 0;
    return block;
  }

  /** The last line of the file, if it has no line feed. */
  private last(): TextBlock | undefined {
    this.over = true;
    return this.partsBytes === 0 ? undefined : this.blockUpTo(new Uint8Array(0));
  }
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
