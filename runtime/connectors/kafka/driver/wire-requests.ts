/** Requests that are written here, for speed or because kafkajs has none: Fetch, Produce, ListTransactions. */
import type { WireRequest } from './kafkajs-types.js';
import { ByteReader } from '../protocol/byte-reader.js';
import { ByteWriter } from '../protocol/byte-writer.js';
import {
  byTopic,
  type FetchedPartition,
  type FetchRequest,
  type ProducedPartition,
  type ProduceRequest,
} from './driver.js';
import { KafkaError } from './kafka-error.js';

/** Beyond what a broker may take to answer by the request itself. */
const ANSWER_MARGIN_MS = 30_000;

interface Api {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
}

export function fetchRequest(request: FetchRequest): WireRequest {
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
  return {
    ...wire({ apiKey: 1, apiName: 'Fetch', apiVersion: 11 }, out, readFetched),
    requestTimeout: request.maxWaitMs + ANSWER_MARGIN_MS,
  };
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

export function produceRequest(request: ProduceRequest): WireRequest {
  const bytes = request.batches.reduce((sum, { batch }) => sum + batch.length, 0);
  const out = new ByteWriter(bytes + 1024);
  out.string(request.transactionalId).int16(request.acks).int32(request.timeoutMs);
  out.array(
    byTopic(request.batches, (batch) => batch),
    ({ topic, partitions }) => {
      out.string(topic).array(partitions, ({ partition, batch }) => {
        out.int32(partition).int32(batch.length).raw(batch);
      });
    },
  );
  return {
    ...wire({ apiKey: 0, apiName: 'Produce', apiVersion: 7 }, out, readProduced),
    requestTimeout: request.timeoutMs + ANSWER_MARGIN_MS,
  };
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

export function listOpenTransactions(): WireRequest {
  const out = new ByteWriter();
  // The tagged fields of the header, of which there are none, as in all requests of the newer kind.
  out.uvarint(0);
  out.uvarint(OPEN_STATES.length + 1);
  for (const state of OPEN_STATES) out.compactString(state);
  out.uvarint(1).uvarint(0);
  return wire({ apiKey: 66, apiName: 'ListTransactions', apiVersion: 0 }, out, readTransactions);
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

function wire(api: Api, out: ByteWriter, read: (reader: ByteReader) => unknown): WireRequest {
  const buffer = out.bytes;
  return {
    request: { ...api, encode: () => ({ buf: buffer, buffer, size: () => buffer.length }) },
    response: { decode: (payload) => read(new ByteReader(payload)), parse: (decoded) => decoded },
    logResponseError: false,
  };
}
