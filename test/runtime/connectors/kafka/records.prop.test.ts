/** Record batches written, read, and filtered by transactions. */
import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { ByteReader } from '../../../../runtime/connectors/kafka/protocol/byte-reader.js';
import { ByteWriter } from '../../../../runtime/connectors/kafka/protocol/byte-writer.js';
import {
  varintSize,
  varlongSize,
  writeVarint,
  writeVarlong,
} from '../../../../runtime/connectors/kafka/protocol/varints.js';
import { AbortedFilter } from '../../../../runtime/connectors/kafka/records/aborted-filter.js';
import {
  checkBatch,
  readBatchHeader,
  RecordCursor,
} from '../../../../runtime/connectors/kafka/records/batch-reader.js';
import {
  RecordBatchWriter,
  type Payload,
  type RecordHeader,
} from '../../../../runtime/connectors/kafka/records/batch-writer.js';
import { decompress } from '../../../../runtime/connectors/kafka/records/compression.js';
import { crc32c } from '../../../../runtime/connectors/kafka/records/crc32c.js';
import { crc32cBitByBit, markBatch } from './batches.js';

interface Written {
  timestampMs: number;
  key: Payload;
  value: Payload;
  headers: RecordHeader[];
}

const bytes = fc.uint8Array({ maxLength: 300 });
const maybeBytes = fc.option(bytes);
/** Also as text, of which short and long ones are written in different ways. */
const payload = fc.oneof(maybeBytes, fc.string({ maxLength: 100 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
const written = fc.record({
  timestampMs: fc.integer({ min: 0, max: 2 ** 45 }),
  key: payload,
  value: payload,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 10 }), value: maybeBytes }), {
    maxLength: 3,
  }),
});

function batchOf(records: readonly Written[], compression: 'none' | 'gzip' = 'none'): Buffer {
  const writer = new RecordBatchWriter();
  for (const { timestampMs, key, value, headers } of records) writer.append(timestampMs, key, value, headers);
  return Buffer.from(writer.finish(compression));
}

const plain = (part: Payload): number[] | null => (part === null ? null : [...Buffer.from(part)]);

test('what a batch was written from is read again, compressed or not', (t) => {
  fc.assert(
    fc.property(
      fc.array(written, { minLength: 1, maxLength: 30 }),
      fc.constantFrom('none' as const, 'gzip' as const),
      (records, compression) => {
        const batch = batchOf(records, compression);
        const header = readBatchHeader(batch, 0);
        if (header === undefined) return t.fail();
        checkBatch(batch, header);
        t.is(header.end, batch.length);
        t.is(header.maxTimestampMs, Math.max(...records.map(({ timestampMs }) => timestampMs)));
        const cursor = new RecordCursor(batch, header);
        for (const [n, { timestampMs, key, value, headers }] of records.entries()) {
          t.true(cursor.next());
          t.is(cursor.offset, n);
          t.is(cursor.timestampMs, timestampMs);
          t.deepEqual(plain(cursor.key()), plain(key));
          t.deepEqual(plain(cursor.value()), plain(value));
          t.is(cursor.text(), value === null ? null : Buffer.from(value).toString());
          t.deepEqual(
            cursor.headers().map((each) => [each.key, plain(each.value)]),
            headers.map((each) => [each.key, plain(each.value)]),
          );
        }
        t.false(cursor.next());
      },
    ),
  );
});

test('a batch that is cut off is no batch yet, and one that was changed is refused', (t) => {
  fc.assert(
    fc.property(
      fc.array(written, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (records, at, flip) => {
        const batch = batchOf(records);
        t.is(readBatchHeader(batch.subarray(0, at % batch.length), 0), undefined);
        const changed = 21 + (at % (batch.length - 21));
        batch[changed] ^= flip;
        const header = readBatchHeader(batch, 0);
        t.throws(() => header && checkBatch(batch, header), { code: 'KAFKA_BAD_BATCH' });
      },
    ),
  );
});

test('the checksum is that of the definition', (t) => {
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (data) => t.is(crc32c(data), crc32cBitByBit(data))));
});

test('numbers of the protocol come back', (t) => {
  const safe = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
  fc.assert(
    fc.property(safe, fc.integer(), fc.string({ unit: 'grapheme' }), (long, int, text) => {
      const varints = Buffer.alloc(20);
      const behindLong = writeVarlong(varints, 0, long);
      const end = writeVarint(varints, behindLong, int);
      t.deepEqual([behindLong, end - behindLong], [varlongSize(long), varintSize(int)]);
      const out = new ByteWriter(Buffer.alloc(1)).raw(varints.subarray(0, end)).int64(long);
      out.string(text).compactString(text).string(null);
      const reader = new ByteReader(out.bytes);
      t.deepEqual([reader.varlong(), reader.varint(), reader.int64()], [long, int, long]);
      t.deepEqual([reader.string(), reader.compactString(), reader.nullableString()], [text, text, null]);
      t.is(reader.remaining, 0);
    }),
  );
});

/** Transactions of several producers in one partition, one step after the other; at the end all that are open abort. */
const steps = fc.array(fc.record({ producer: fc.nat(3), step: fc.constantFrom('write', 'plain', 'commit', 'abort') }), {
  maxLength: 40,
});

test('whatever way transactions overlap, a reader sees exactly the committed and the plain records', (t) => {
  fc.assert(
    fc.property(steps, fc.nat(), fc.boolean(), (given, from, keyLikeMark) => {
      const { batches, aborted, visible } = logOf(given, keyLikeMark);
      const start = batches.length === 0 ? 0 : from % batches.length;
      const filter = new AbortedFilter(aborted.filter(({ lastOffset }) => lastOffset >= start));
      const seen = batches.slice(start).flatMap((batch) => {
        const header = readBatchHeader(batch, 0);
        return header !== undefined && filter.sees(batch, header) ? [header.baseOffset] : [];
      });
      t.deepEqual(
        seen,
        visible.filter((offset) => offset >= start),
      );
    }),
    { numRuns: 500 },
  );
});

interface Log {
  batches: Buffer[];
  /** In the order in which they were aborted, as a broker lists them. */
  aborted: { producerId: number; firstOffset: number; lastOffset: number }[];
  visible: number[];
}

function logOf(given: readonly { producer: number; step: string }[], keyLikeMark: boolean): Log {
  const log: Log = { batches: [], aborted: [], visible: [] };
  const open = new Map<number, number[]>();
  const end = (producer: number, isCommit: boolean): void => {
    const own = open.get(producer);
    if (own === undefined) return;
    open.delete(producer);
    if (isCommit) log.visible.push(...own);
    else log.aborted.push({ producerId: producer, firstOffset: own[0], lastOffset: log.batches.length });
    log.batches.push(markBatch(log.batches.length, producer, isCommit));
  };
  for (const { producer, step } of given) {
    const offset = log.batches.length;
    if (step === 'commit' || step === 'abort') {
      end(producer, step === 'commit');
      continue;
    }
    const isTransactional = step === 'write';
    const writer = new RecordBatchWriter();
    // Bytes that could be taken for the mark of an abort.
    writer.append(0, keyLikeMark ? Buffer.from([0, 0, 0, 0]) : null, Buffer.from('v'));
    const batch = Buffer.from(
      writer.finish('none', { producerId: producer, producerEpoch: 0, baseSequence: 0, isTransactional }),
    );
    batch.writeBigInt64BE(BigInt(offset), 0);
    log.batches.push(batch);
    if (isTransactional) open.set(producer, [...(open.get(producer) ?? []), offset]);
    else log.visible.push(offset);
  }
  for (const producer of [...open.keys()]) end(producer, false);
  log.visible.sort((a, b) => a - b);
  return log;
}

test('what cannot be decompressed is named', (t) => {
  t.is(decompress(1, gzipSync('text')).toString(), 'text');
  for (const code of [1, 2, 3, 7]) {
    t.throws(() => decompress(code, Buffer.from('no such thing')), { code: 'KAFKA_BAD_BATCH' });
  }
});
