/** Reads record batches as a broker sends them: one behind the other, the last of them perhaps cut off. */
import { WeftError } from '../../../common/errors/index.js';
import { ByteReader } from '../protocol/byte-reader.js';
import type { RecordHeader } from './batch-writer.js';
import {
  ATTRIBUTES_AT,
  BATCH_LENGTH_AT,
  COMPRESSION_MASK,
  CONTROL_BIT,
  CRC_AT,
  LENGTH_OVERHEAD,
  LOG_APPEND_TIME_BIT,
  MAGIC,
  MAGIC_AT,
  RECORDS_AT,
  TRANSACTIONAL_BIT,
} from './batch-format.js';
import { decompress } from './compression.js';
import { crc32c } from './crc32c.js';

export interface BatchHeader {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isTransactional: boolean;
  /** The mark at the end of a transaction: no record for anybody. */
  readonly isControl: boolean;
  readonly compressionCode: number;
  /** The broker's time stands for that of the records. */
  readonly isLogAppendTime: boolean;
  readonly firstTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly count: number;
  /** Where the batch begins and ends in the bytes. */
  readonly start: number;
  readonly end: number;
}

/** @returns undefined when the batch that begins there is cut off @throws KAFKA_BAD_BATCH for an older format */
export function readBatchHeader(bytes: Buffer, start: number): BatchHeader | undefined {
  if (bytes.length - start < RECORDS_AT) return undefined;
  const end = start + LENGTH_OVERHEAD + bytes.readInt32BE(start + BATCH_LENGTH_AT);
  const magic = bytes[start + MAGIC_AT];
  if (magic !== MAGIC) throw bad(`its format is version ${magic}, which is not read (only 2, of Kafka 0.11 and later)`);
  if (end > bytes.length) return undefined;
  const reader = new ByteReader(bytes, start);
  const baseOffset = reader.int64();
  reader.position = start + ATTRIBUTES_AT;
  const attributes = reader.int16();
  return {
    ...{ baseOffset, start, end },
    lastOffset: baseOffset + reader.int32(),
    firstTimestampMs: reader.int64(),
    maxTimestampMs: reader.int64(),
    producerId: reader.int64(),
    producerEpoch: reader.int16(),
    count: (reader.int32(), reader.int32()),
    compressionCode: attributes & COMPRESSION_MASK,
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    isLogAppendTime: (attributes & LOG_APPEND_TIME_BIT) !== 0,
  };
}

/** @throws KAFKA_BAD_BATCH */
export function checkBatch(bytes: Buffer, { start, end, baseOffset }: BatchHeader): void {
  if (crc32c(bytes, start + ATTRIBUTES_AT, end) !== bytes.readUInt32BE(start + CRC_AT)) {
    throw bad(`the checksum of the batch at offset ${baseOffset} is wrong`);
  }
}

/** V8 copies so many characters out of a longer text; more of them would keep the whole text alive. */
const LONGEST_COPIED = 12;
/** With larger records on average, few texts are so short. */
const SMALL_RECORD_BYTES = 64;

/** Goes through the records of a batch; its fields are those of the record that `next` came to. */
export class RecordCursor {
  offset = 0;
  timestampMs = 0;
  /** Where the key lies in `bytes`; a start of -1 = null. */
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  readonly bytes: Buffer;
  /** Of the next thing to read. */
  private position = 0;
  private headersAt = 0;
  private left: number;
  /** For what is not read here. */
  private readonly reader: ByteReader;
  /** All bytes as characters, for short texts: to cut them out costs a fifth of what a call into Node does. */
  private characters: string | undefined;

  /** @throws KAFKA_BAD_BATCH, KAFKA_COMPRESSION_UNAVAILABLE */
  constructor(
    bytes: Buffer,
    private readonly header: BatchHeader,
  ) {
    const { compressionCode, start, end, count } = header;
    const records = bytes.subarray(start + RECORDS_AT, end);
    this.bytes = compressionCode === 0 ? records : decompress(compressionCode, records);
    this.left = count;
    this.reader = new ByteReader(this.bytes);
  }

  /** @returns false when there is none left @throws KAFKA_BAD_BATCH */
  next(): boolean {
    if (this.left === 0) return false;
    this.left--;
    const { header } = this;
    const length = this.varint();
    const end = this.position + length;
    // The attributes of a record, of which there are none.
    this.position++;
    const sinceFirstMs = this.varlong();
    this.timestampMs = header.isLogAppendTime ? header.maxTimestampMs : header.firstTimestampMs + sinceFirstMs;
    this.offset = header.baseOffset + this.varint();
    const keyLength = this.varint();
    this.keyStart = keyLength < 0 ? -1 : this.position;
    this.keyEnd = keyLength < 0 ? -1 : (this.position += keyLength);
    const valueLength = this.varint();
    this.valueStart = valueLength < 0 ? -1 : this.position;
    this.valueEnd = valueLength < 0 ? -1 : (this.position += valueLength);
    this.headersAt = this.position;
    if (this.position > end || end > this.bytes.length) throw this.unreadable('a record is cut off');
    this.position = end;
    return true;
  }

  key(): Buffer | null {
    return this.keyStart < 0 ? null : this.bytes.subarray(this.keyStart, this.keyEnd);
  }

  value(): Buffer | null {
    return this.valueStart < 0 ? null : this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  /** The value in UTF-8. */
  text(): string | null {
    const { bytes, valueStart, valueEnd } = this;
    if (valueStart < 0) return null;
    if (valueEnd - valueStart <= LONGEST_COPIED) {
      let seen = 0;
      for (let at = valueStart; at < valueEnd; at++) seen |= bytes[at];
      if (seen < 0x80 && this.hasSmallRecords) {
        return (this.characters ??= bytes.toString('latin1')).slice(valueStart, valueEnd);
      }
    }
    return bytes.toString('utf8', valueStart, valueEnd);
  }

  headers(): RecordHeader[] {
    const reader = new ByteReader(this.bytes, this.headersAt);
    return Array.from({ length: reader.varint() }, () => {
      const key = reader.raw(reader.varint()).toString('utf8');
      const length = reader.varint();
      return { key, value: length < 0 ? null : reader.raw(length) };
    });
  }

  private get hasSmallRecords(): boolean {
    return this.bytes.length <= this.header.count * SMALL_RECORD_BYTES;
  }

  /** Mostly one byte or two. */
  private varint(): number {
    const { bytes, position } = this;
    const first = bytes[position];
    if (first < 0x80) {
      this.position++;
      return (first >>> 1) ^ -(first & 1);
    }
    const second = bytes[position + 1];
    if (second >= 0x80) return this.long(false);
    this.position += 2;
    return (((first & 0x7f) | (second << 7)) >>> 1) ^ -(first & 1);
  }

  private varlong(): number {
    const { bytes, position } = this;
    return bytes[position] < 0x80 || bytes[position + 1] < 0x80 ? this.varint() : this.long(true);
  }

  private long(is64Bit: boolean): number {
    const { reader } = this;
    reader.position = this.position;
    try {
      return is64Bit ? reader.varlong() : reader.varint();
    } catch (cause) {
      throw this.unreadable('a number is cut off or too long', cause);
    } finally {
      this.position = reader.position;
    }
  }

  private unreadable(why: string, cause?: unknown): WeftError {
    return bad(`the batch at offset ${this.header.baseOffset} cannot be read: ${why}`, cause);
  }
}

function bad(what: string, cause?: unknown): WeftError {
  return new WeftError('KAFKA_BAD_BATCH', `A batch of records: ${what}.`, cause === undefined ? {} : { cause });
}
