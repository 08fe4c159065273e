/** Gathers the records of one partition into one batch, in the bytes in which they are sent. */
import { ByteWriter, grown } from '../protocol/byte-writer.js';
import { utf8Length, writeUtf8 } from '../protocol/utf8.js';
import { VARLONG_BOUND, varintSize, varlongSize, writeVarint, writeVarlong } from '../protocol/varints.js';
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

/** A key or value: its bytes, or text that is written in UTF-8. */
export type Payload = Uint8Array | string | null;

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
const NO_HEADERS: readonly RecordHeader[] = [];
const CAPACITY_BYTES = 16_384;

export class RecordBatchWriter {
  /** How many records it has. */
  count = 0;
  private firstTimestampMs = 0;
  private maxTimestampMs = 0;
  private position = RECORDS_AT;

  /** @param buffer in which the batch is made; it is left for a larger one when it is full */
  constructor(private buffer: Buffer = Buffer.allocUnsafe(CAPACITY_BYTES)) {}

  /** Before compression. */
  get sizeBytes(): number {
    return this.position;
  }

  append(timestampMs: number, key: Payload, value: Payload, headers: readonly RecordHeader[] = NO_HEADERS): void {
    if (this.count === 0) this.firstTimestampMs = this.maxTimestampMs = timestampMs;
    else if (timestampMs > this.maxTimestampMs) this.maxTimestampMs = timestampMs;
    const sinceFirstMs = timestampMs - this.firstTimestampMs;
    const keyLength = payloadLength(key);
    const valueLength = payloadLength(value);
    let length = 1 + varlongSize(sinceFirstMs) + varintSize(this.count) + varintSize(headers.length);
    length += sizeWithLength(keyLength) + sizeWithLength(valueLength);
    if (headers.length > 0) length += sizeOfHeaders(headers);
    this.room(length + VARLONG_BOUND);
    const bytes = this.buffer;
    let at = writeVarint(bytes, this.position, length);
    // The attributes of a record, of which there are none.
    bytes[at++] = 0;
    at = writeVarlong(bytes, at, sinceFirstMs);
    at = writeVarint(bytes, at, this.count++);
    at = writePayload(bytes, at, key, keyLength);
    at = writePayload(bytes, at, value, valueLength);
    at = writeVarint(bytes, at, headers.length);
    if (headers.length > 0) at = writeHeaders(bytes, at, headers);
    this.position = at;
  }

  /**
   * The whole batch; the writer is of no use afterwards.
   * @throws KAFKA_COMPRESSION_UNAVAILABLE
   */
  finish(compression: CompressionType = 'none', producer: BatchProducer = NOBODY): Buffer {
    const out = new ByteWriter(this.buffer);
    out.int64(0).int32(0).int32(NONE).int8(MAGIC).uint32(0);
    out.int16(compressionCode(compression) | (producer.isTransactional ? TRANSACTIONAL_BIT : 0));
    out
      .int32(this.count - 1)
      .int64(this.firstTimestampMs)
      .int64(this.maxTimestampMs);
    out.int64(producer.producerId).int16(producer.producerEpoch).int32(producer.baseSequence).int32(this.count);
    const records = this.buffer.subarray(RECORDS_AT, this.position);
    if (compression === 'none') out.position = this.position;
    else out.raw(compress(compression, records));
    out.patchInt32(BATCH_LENGTH_AT, out.position - LENGTH_OVERHEAD);
    const { bytes } = out;
    out.patchUint32(CRC_AT, crc32c(bytes, ATTRIBUTES_AT));
    return bytes;
  }

  private room(bytes: number): void {
    const needed = this.position + bytes;
    if (needed > this.buffer.length) this.buffer = grown(this.buffer, this.position, needed);
  }
}

/** In bytes; -1 = null, as it is written. */
export function payloadLength(payload: Payload): number {
  if (payload === null) return -1;
  return typeof payload === 'string' ? utf8Length(payload) : payload.length;
}

function writePayload(bytes: Buffer, at: number, payload: Payload, length: number): number {
  const start = writeVarint(bytes, at, length);
  if (payload === null) return start;
  if (typeof payload === 'string') writeUtf8(bytes, start, payload, length);
  else bytes.set(payload, start);
  return start + length;
}

/** @param length of a payload */
function sizeWithLength(length: number): number {
  return varintSize(length) + Math.max(0, length);
}

function sizeOfHeaders(headers: readonly RecordHeader[]): number {
  return headers.reduce(
    (sum, { key, value }) => sum + sizeWithLength(payloadLength(key)) + sizeWithLength(payloadLength(value)),
    0,
  );
}

function writeHeaders(bytes: Buffer, at: number, headers: readonly RecordHeader[]): number {
  return headers.reduce((position, { key, value }) => {
    const behindKey = writePayload(bytes, position, key, payloadLength(key));
    return writePayload(bytes, behindKey, value, payloadLength(value));
  }, at);
}
