/** What only brokers write, and checksums the slow way. */
import { ByteWriter } from '../../../../runtime/connectors/kafka/protocol/byte-writer.js';
import { RecordBatchWriter } from '../../../../runtime/connectors/kafka/records/batch-writer.js';

const CONTROL_BIT = 0x20;
const LOW_ATTRIBUTE_BYTE = 22;

/** The mark with which a transaction ends. */
export function markBatch(offset: number, producerId: number, isCommit: boolean): Buffer {
  const writer = new RecordBatchWriter();
  const key = new ByteWriter().int16(0).int16(isCommit ? 1 : 0).bytes;
  writer.append(0, key, Buffer.alloc(6));
  const batch = Buffer.from(
    writer.finish('none', { producerId, producerEpoch: 0, baseSequence: -1, isTransactional: true }),
  );
  batch[LOW_ATTRIBUTE_BYTE] |= CONTROL_BIT;
  batch.writeBigInt64BE(BigInt(offset), 0);
  return batch;
}

export function crc32cBitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
