import test from 'ava';
import {
  createSlotNetwork,
  type ChannelSelector,
  type RecordKey,
  type WriterOptions,
} from '../../../runtime/exchange/index.js';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { keyGroupOf, subtaskOfKeyGroup } from '../../../runtime/serde/index.js';
import { EDGE, edgeTasks, JOB, network, take } from './fixture.js';

/** One producer in slot 0 and a consumer in each of slots 0, 1 and 2: one channel within the thread, two rings. */
function fan<T>(selector: ChannelSelector<T>, options: Partial<WriterOptions<T>> = {}) {
  const tm = network('tm');
  const places = [0, 1, 2].map((slot) => ({ resourceId: 'tm', slot }));
  const { edges, tasks } = edgeTasks(places.slice(0, 1), places);
  const slots = places.map((at) =>
    createSlotNetwork(tm.prepareSlot({ jobId: JOB, attempt: 0, slot: at.slot, tasks: tasks(at), edges })),
  );
  const writer = slots[0].createWriter<T>('p0', EDGE, { selector, random: () => 0.5, ...options });
  const gates = slots.map((slot, i) => slot.createGate<T>(`c${i}`, EDGE));
  const send = (records: T[]) => {
    for (const record of records) writer.emit(record);
    writer.flush();
    return gates.map((gate) => take(gate));
  };
  return { writer, gates, slots, send };
}

test('REBALANCE goes round, beginning at a random channel', (t) => {
  t.deepEqual(fan<number>({ kind: 'REBALANCE' }).send([1, 2, 3, 4]), [[3], [1, 4], [2]]);
});

test('RESCALE goes round from the first channel', (t) => {
  t.deepEqual(fan<number>({ kind: 'RESCALE' }).send([1, 2, 3, 4]), [[1, 4], [2], [3]]);
});

test('SHUFFLE asks the random source each time', (t) => {
  const randoms = [0, 0.99, 0.34, 0];
  const random = () => randoms.shift() ?? 0;
  t.deepEqual(fan<number>({ kind: 'SHUFFLE' }, { random }).send([1, 2, 3, 4]), [[1, 4], [3], [2]]);
});

test('GLOBAL sends everything to the first', (t) => {
  t.deepEqual(fan<number>({ kind: 'GLOBAL' }).send([1, 2]), [[1, 2], [], []]);
});

test('BROADCAST sends everything to all, with a copy for each neighbour in the thread', (t) => {
  const record = { a: 1 };
  const out = fan<{ a: number }>({ kind: 'BROADCAST' }).send([record]);
  t.deepEqual(out, [[{ a: 1 }], [{ a: 1 }], [{ a: 1 }]]);
  t.not(out[0]?.[0], record);
});

test('HASH sends a key to the owner of its key group', (t) => {
  const words = Array.from({ length: 200 }, (_, i) => ({ word: `w${i}` }));
  const out = fan<{ word: string }>({ kind: 'HASH', key: (r) => r.word, maxParallelism: 128 }).send(words);
  t.is(out.flat().length, 200);
  out.forEach((records, channel) => {
    t.true(records.length > 30);
    for (const { word } of records) t.is(subtaskOfKeyGroup(keyGroupOf(word, 128), 128, 3), channel);
  });
});

/** Words that repeat: first few, then more than there are numbers for keys. */
function wordRounds(): string[][] {
  return [
    // Many fewer keys than numbers, with characters of one and of two bytes, and none at all.
    ...[0, 1, 2].map(() =>
      Array.from({ length: 100 }, (_, i) => ['', 'ü', 'λόγος', 'key'][i % 4] + 'x'.repeat(i % 70)),
    ),
    // More than there are numbers: each of them comes to stand for another key.
    ...[0, 1].flatMap(() =>
      [0, 1, 2, 3, 4, 5].map((part) => Array.from({ length: 1000 }, (_, i) => `k${part * 1000 + i}`)),
    ),
  ];
}

test('keys that repeat arrive as they were, though they travel as numbers', (t) => {
  const { send } = fan<{ word: string; again: string; n: number }>({
    kind: 'HASH',
    key: (r) => r.word,
    maxParallelism: 128,
  });
  for (const words of wordRounds()) {
    // Each twice in a row, so that it is worth a number.
    const records = words.flatMap((word, n) => [0, 1].map(() => ({ word, again: n % 3 === 0 ? word : 'other', n })));
    for (let from = 0; from < records.length; from += 200) {
      const some = records.slice(from, from + 200);
      const byNumber = (a: { n: number }, b: { n: number }): number => a.n - b.n;
      t.deepEqual(send(some).flat().toSorted(byNumber), some);
    }
  }
});

test('what is kept for the number of a key is gone when the number is another key', (t) => {
  const { writer, slots } = fan<{ word: string }>({ kind: 'HASH', key: (r) => r.word, maxParallelism: 128 });
  const inputs = slots.map((slot, i) => {
    const recordKey: RecordKey = { number: 0, kept: [] };
    return { recordKey, gate: slot.createGate<{ word: string }>(`c${i}`, EDGE, { recordKey }) };
  });
  const found = inputs.map(() => 0);
  for (const words of wordRounds()) {
    for (const word of words.flatMap((each) => [each, each])) {
      writer.emit({ word });
      writer.flush();
      inputs.forEach(({ gate, recordKey }, i) => {
        gate.poll(
          {
            onRecord: (record) => {
              if (recordKey.number === 0) return;
              const kept = recordKey.kept[recordKey.number];
              if (kept === undefined) recordKey.kept[recordKey.number] = record.word;
              else if (kept === record.word) found[i]++;
              else t.fail(`${record.word} found what was kept for ${JSON.stringify(kept)}`);
            },
          },
          10,
        );
      });
    }
  }
  // Over the channel within the thread as well as over rings.
  for (const count of found) t.true(count > 1000, String(found));
});

test('HASH refuses what is no key, and names the line', (t) => {
  const declaredAt = 'job.ts:3:7';
  const { writer } = fan<{ k: unknown }>({ kind: 'HASH', key: (r) => r.k, maxParallelism: 128, declaredAt });
  const error = t.throws(() => writer.emit({ k: NaN }), {
    message: 'The key of a record is NaN (declared at job.ts:3:7).',
  });
  t.true(hasCode(error, 'SERDE_BAD_KEY'));
});

test('CUSTOM takes the partitioner’s word, if it names a channel', (t) => {
  const selector: ChannelSelector<number> = {
    kind: 'CUSTOM',
    key: (n) => n,
    partition: (n, channels) => (n as number) % channels,
  };
  t.deepEqual(fan(selector).send([4, 2, 0]), [[0], [4], [2]]);
  for (const bad of [-1, 3, 1.5, NaN]) {
    const { writer } = fan({ ...selector, partition: () => bad });
    const error = t.throws(() => writer.emit(1));
    t.true(hasCode(error, 'EXCHANGE_BAD_PARTITION'));
  }
});

test('within a thread records are copied, unless objects are reused', (t) => {
  const record = { a: [1] };
  const [copied] = fan<typeof record>({ kind: 'GLOBAL' }).send([record]);
  t.deepEqual(copied, [record]);
  t.not(copied?.[0], record);
  t.not(copied?.[0]?.a, record.a);
  const [same] = fan<typeof record>({ kind: 'GLOBAL' }, { objectReuse: true }).send([record]);
  t.is(same?.[0], record);
});

test('a queue within the thread is bounded, but takes what one record fans out to, and keeps controls in place', (t) => {
  const { writer, gates } = fan<number>({ kind: 'GLOBAL' });
  for (let i = 0; i < 3000; i++) {
    if (i === 2000) writer.broadcastControl(3, Uint8Array.of(1));
    writer.emit(i);
  }
  t.false(writer.available);
  const seen: unknown[] = [];
  const handler = {
    onRecord: (n: number) => void seen.push(n),
    onControl: (tag: number) => void seen.push(`control ${tag}`),
  };
  t.is(gates[0]?.poll(handler, 2500), 2500);
  t.true(writer.available);
  t.is(seen[2000], 'control 3');
  t.is(seen[2001], 2000);
  writer.end();
  t.false(gates[0]?.finished);
  gates[0]?.poll(handler, 1e6);
  t.true(gates[0]?.finished);
  t.is(seen.length, 3001);
});

test('counters tell records, bytes and buffers', (t) => {
  const { writer, gates, send } = fan<number>({ kind: 'RESCALE' });
  send([1, 2, 3]);
  t.is(writer.counters.recordsOut, 3);
  t.true(writer.counters.bytesOut > 12);
  t.is(writer.counters.buffersOut, 2);
  t.is(gates[1]?.counters.recordsIn, 1);
  t.is((gates[1]?.counters.bytesIn ?? 0) + (gates[2]?.counters.bytesIn ?? 0), writer.counters.bytesOut);
});

test('a record that is far too large is refused by its lengths, before memory is asked for', (t) => {
  const maxRecordBytes = 64 * 1024 * 1024;
  const { writer } = fan<unknown>({ kind: 'BROADCAST' }, { maxRecordBytes, objectReuse: true });
  const half = 'x'.repeat(1000).repeat(50_000);
  const records = {
    'a string put together from parts': 'x'.repeat(1000).repeat(200_000),
    'a field': { id: 1, lines: [half, half] },
    'a typed array in a map': new Map([['bytes', new Uint8Array(100_000_000)]]),
  };
  for (const [what, record] of Object.entries(records)) {
    const before = process.memoryUsage();
    t.throws(() => writer.emit(record), { code: 'SERDE_RECORD_TOO_LARGE' }, what);
    const after = process.memoryUsage();
    t.true(after.heapUsed - before.heapUsed < maxRecordBytes / 2, `${what}: the heap`);
    t.true(after.arrayBuffers - before.arrayBuffers < maxRecordBytes / 2, `${what}: array buffers`);
  }
});
