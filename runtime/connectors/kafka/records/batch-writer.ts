/** Gathers the records of one partition into one batch, in the bytes in which they are sent. */
import { ByteWriter } from '../protocol/byte-writer.js';
import {
  ATTRIBUTES_AT,
  BATCH_LENGTH_AT,
  CRC_AT,
  LENGTH_OVERHEAD,
  MAGIC,
  NONE,
  RECORDS_AT,
  TRANSACTIONAL_BIT,
} from './batch-format.js';
import { compress, compressionCode, type CompressionType } from './compression.js';
import { crc32c } from './crc32c.js';

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** Who sends a batch, if the broker is to know it: then a batch that is sent again is taken once. */
export interface BatchProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of the batch's first record: they are counted for each partition and epoch. */
  readonly baseSequence: number;
  readonly isTransactional: boolean;
}

const NOBODY: BatchProducer = { producerId: NONE, producerEpoch: NONE, baseSequence: NONE, isTransactional: false };

export class RecordBatchWriter {
  /** How many records it has. */
  count = 0;
  private firstTimestampMs = 0;
  private maxTimestampMs = 0;
  private readonly out: ByteWriter;

  constructor(capacityBytes = 16_384) {
    this.out = new ByteWriter(capacityBytes);
    this.out.position = RECORDS_AT;
  }

  /** Before compression. */
  get sizeBytes(): number {
    return this.out.position;
  }

  append(
    timestampMs: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] = [],
  ): void {
    const { out } = this;
    if (this.count === 0) this.firstTimestampMs = this.maxTimestampMs = timestampMs;
    else if (timestampMs > this.maxTimestampMs) this.maxTimestampMs = timestampMs;
    const sinceFirstMs = timestampMs - this.firstTimestampMs;
    let length = 1 + varlongSize(sinceFirstMs) + varintSize(this.count) + varintSize(headers.length);
    length += sizeOf(key) + sizeOf(value);
    for (const header of headers) {
      const keyLength = Buffer.byteLength(header.key);
      length += varintSize(keyLength) + keyLength + sizeOf(header.value);
    }
    out.varint(length).int8(0).varlong(sinceFirstMs).varint(this.count++);
    writeBytes(out, key);
    writeBytes(out, value);
    out.varint(headers.length);
    for (const header of headers) {
      writeBytes(out, Buffer.from(header.key, 'utf8'));
      writeBytes(out, header.value);
    }
  }

  /**
   * The whole batch; the writer is of no use afterwards.
   * @throws KAFKA_COMPRESSION_UNAVAILABLE
   */
  finish(compression: CompressionType = 'none', producer: BatchProducer = NOBODY): Buffer {
    const out = compression === 'none' ? this.out : this.compressed(compression);
    const end = out.position;
    out.position = 0;
    out.int64(0).int32(0).int32(NONE).int8(MAGIC).uint32(0);
    out.int16(compressionCode(compression) | (producer.isTransactional ? TRANSACTIONAL_BIT : 0));
    out
      .int32(this.count - 1)
      .int64(this.firstTimestampMs)
      .int64(this.maxTimestampMs);
    out.int64(producer.producerId).int16(producer.producerEpoch).int32(producer.baseSequence).int32(this.count);
    out.position = end;
    out.patchInt32(BATCH_LENGTH_AT, end - LENGTH_OVERHEAD);
    const { bytes } = out;
    out.patchUint32(CRC_AT, crc32c(bytes, ATTRIBUTES_AT));
    return bytes;
  }

  private compressed(compression: CompressionType): ByteWriter {
    const records = compress(compression, this.out.bytes.subarray(RECORDS_AT));
    const out = new ByteWriter(RECORDS_AT + records.length);
    out.position = RECORDS_AT;
    return out.raw(records);
  }
}

function writeBytes(out: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) out.varint(-1);
  else out.varint(bytes.length).raw(bytes);
}

/** With the length in front. */
function sizeOf(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 1 << 7) return 1;
  if (zigzag < 1 << 14) return 2;
  if (zigzag < 1 << 21) return 3;
  return zigzag < 1 << 28 ? 4 : 5;
}

function varlongSize(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return varintSize(value);
  let zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
  let size = 1;
  for (; zigzag >= 128; zigzag = Math.floor(zigzag / 128)) size++;
  return size;
}
