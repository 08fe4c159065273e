/** Requests that are written here, for speed or because kafkajs has none: Fetch, Produce, ListTransactions. */
import type { ByteReader } from '../protocol/byte-reader.js';
import { ByteWriter } from '../protocol/byte-writer.js';
import {
  byTopic,
  type FetchedPartition,
  type FetchRequest,
  type ProducedPartition,
  type ProduceRequest,
} from './driver.js';
import { KafkaError } from './kafka-error.js';
import type { RawRequest } from './raw-requests.js';

/** Beyond what a broker may take to answer by the request itself. */
const ANSWER_MARGIN_MS = 30_000;

export function fetchRequest(request: FetchRequest): RawRequest<FetchedPartition[]> {
  const out = new ByteWriter();
  out.int32(-1).int32(request.maxWaitMs).int32(request.minBytes).int32(request.maxBytes);
  out.int8(request.onlyCommitted ? 1 : 0);
  // No session of fetches: each request names all of its partitions.
  out.int32(0).int32(-1);
  out.array(
    byTopic(request.partitions, (partition) => partition),
    ({ topic, partitions }) => {
      out.string(topic).array(partitions, ({ partition, offset }) => {
        out.int32(partition).int32(-1).int64(offset).int64(-1).int32(request.maxPartitionBytes);
      });
    },
  );
  out.int32(0).string('');
  const timeoutMs = request.maxWaitMs + ANSWER_MARGIN_MS;
  return { apiKey: 1, apiName: 'Fetch', apiVersion: 11, parts: [out.bytes], timeoutMs, read: readFetched };
}

function readFetched(reader: ByteReader): FetchedPartition[] {
  reader.int32();
  requireNone(reader.int16());
  reader.int32();
  const topics = reader.array(() => {
    const topic = reader.string();
    return reader.array((): FetchedPartition => {
      const [partition, errorCode] = [reader.int32(), reader.int16()];
      reader.int64();
      const endOffset = reader.int64();
      reader.int64();
      const aborted = readAborted(reader);
      reader.int32();
      const records = reader.raw(Math.max(0, reader.int32()));
      return { topic, partition, errorCode, endOffset, aborted, records };
    });
  });
  return topics.flat();
}

function readAborted(reader: ByteReader): FetchedPartition['aborted'] {
  const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }));
  return aborted.length === 0 ? null : aborted;
}

export function produceRequest(request: ProduceRequest): RawRequest<ProducedPartition[]> {
  const parts: Buffer[] = [];
  let out = new ByteWriter();
  out.string(request.transactionalId).int16(request.acks).int32(request.timeoutMs);
  const topics = byTopic(request.batches, (batch) => batch);
  out.int32(topics.length);
  for (const { topic, partitions } of topics) {
    out.string(topic).int32(partitions.length);
    for (const { partition, batch } of partitions) {
      parts.push(out.int32(partition).int32(batch.length).bytes, batch);
      out = new ByteWriter();
    }
  }
  const timeoutMs = request.timeoutMs + ANSWER_MARGIN_MS;
  return { apiKey: 0, apiName: 'Produce', apiVersion: 7, parts, timeoutMs, read: readProduced };
}

function readProduced(reader: ByteReader): ProducedPartition[] {
  const topics = reader.array(() => {
    const topic = reader.string();
    return reader.array((): ProducedPartition => {
      const [partition, errorCode, baseOffset] = [reader.int32(), reader.int16(), reader.int64()];
      reader.int64();
      reader.int64();
      return { topic, partition, errorCode, baseOffset };
    });
  });
  return topics.flat();
}

/** States in which a transaction is neither committed nor aborted, nor on the way to either. */
const OPEN_STATES = ['Ongoing'];

export function listOpenTransactions(): RawRequest<string[]> {
  const out = new ByteWriter();
  // The tagged fields of the header, of which there are none, as in all requests of the newer kind.
  out.uvarint(0);
  out.uvarint(OPEN_STATES.length + 1);
  for (const state of OPEN_STATES) out.compactString(state);
  out.uvarint(1).uvarint(0);
  return { apiKey: 66, apiName: 'ListTransactions', apiVersion: 0, parts: [out.bytes], read: readTransactions };
}

function readTransactions(reader: ByteReader): string[] {
  skipTags(reader);
  reader.int32();
  requireNone(reader.int16());
  reader.compactArray(() => reader.compactString());
  return reader.compactArray(() => {
    const transactionalId = reader.compactString();
    reader.int64();
    reader.compactString();
    skipTags(reader);
    return transactionalId;
  });
}

function skipTags(reader: ByteReader): void {
  for (let left = reader.uvarint(); left > 0; left--) {
    reader.uvarint();
    reader.raw(reader.uvarint());
  }
}

function requireNone(errorCode: number): void {
  if (errorCode !== 0) throw KafkaError.ofCode(errorCode);
}
