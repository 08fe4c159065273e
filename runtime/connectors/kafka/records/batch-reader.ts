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
  private readonly reader: ByteReader;
  private headersAt = 0;
  private left: number;

  /** @throws KAFKA_BAD_BATCH, KAFKA_COMPRESSION_UNAVAILABLE */
  constructor(
    bytes: Buffer,
    private readonly header: BatchHeader,
  ) {
    const { compressionCode, start, end, count } = header;
    const records = bytes.subarray(start + RECORDS_AT, end);
    this.bytes = compressionCode === 0 ? records : decompress(compressionCode, records);
    this.reader = new ByteReader(this.bytes);
    this.left = count;
  }

  /** @returns false when there is none left @throws KAFKA_BAD_BATCH */
  next(): boolean {
    if (this.left === 0) return false;
    this.left--;
    const { reader, header } = this;
    try {
      const length = reader.varint();
      const end = reader.position + length;
      reader.position++;
      const sinceFirstMs = reader.varlong();
      this.timestampMs = header.isLogAppendTime ? header.maxTimestampMs : header.firstTimestampMs + sinceFirstMs;
      this.offset = header.baseOffset + reader.varint();
      const keyLength = reader.varint();
      this.keyStart = keyLength < 0 ? -1 : reader.position;
      this.keyEnd = keyLength < 0 ? -1 : (reader.position += keyLength);
      const valueLength = reader.varint();
      this.valueStart = valueLength < 0 ? -1 : reader.position;
      this.valueEnd = valueLength < 0 ? -1 : (reader.position += valueLength);
      this.headersAt = reader.position;
      if (reader.position > end || end > this.bytes.length) throw new RangeError('a record is cut off');
      reader.position = end;
      return true;
    } catch (cause) {
      throw bad(`the batch at offset ${header.baseOffset} cannot be read`, cause);
    }
  }

  key(): Buffer | null {
    return this.keyStart < 0 ? null : this.bytes.subarray(this.keyStart, this.keyEnd);
  }

  value(): Buffer | null {
    return this.valueStart < 0 ? null : this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  /** The value in UTF-8. */
  text(): string | null {
    return this.valueStart < 0 ? null : this.bytes.toString('utf8', this.valueStart, this.valueEnd);
  }

  headers(): RecordHeader[] {
    const reader = new ByteReader(this.bytes, this.headersAt);
    return Array.from({ length: reader.varint() }, () => {
      const key = reader.raw(reader.varint()).toString('utf8');
      const length = reader.varint();
      return { key, value: length < 0 ? null : reader.raw(length) };
    });
  }
}

function bad(what: string, cause?: unknown): WeftError {
  return new WeftError('KAFKA_BAD_BATCH', `A batch of records: ${what}.`, cause === undefined ? {} : { cause });
}
