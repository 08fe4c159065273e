import test from 'ava';
import { createSlotNetwork, type SlotNetwork, type WriterOptions } from '../../../runtime/exchange/index.js';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { EDGE, edgeTasks, emitUntilFull, JOB, network, take } from './fixture.js';

const forward: WriterOptions = { selector: { kind: 'FORWARD' }, random: () => 0 };

/** One producer in slot 0 and one consumer in slot 1 of a TaskManager, both driven by this thread. */
function pair<T>(options: Partial<WriterOptions<T>> = {}, networkOptions = {}) {
  const [from, to] = [
    { resourceId: 'tm', slot: 0 },
    { resourceId: 'tm', slot: 1 },
  ];
  const tm = network('tm', networkOptions);
  const { edges, tasks } = edgeTasks([from], [to]);
  const slot = (at: typeof from): SlotNetwork =>
    createSlotNetwork(tm.prepareSlot({ jobId: JOB, attempt: 0, slot: at.slot, tasks: tasks(at), edges }));
  const [producer, consumer] = [slot(from), slot(to)];
  const writer = producer.createWriter<T>('p0', EDGE, { ...(forward as WriterOptions<T>), ...options });
  return { tm, producer, consumer, writer, gate: consumer.createGate<T>('c0', EDGE) };
}

test('a full segment is sent, a partly filled one only when it is due', (t) => {
  const { writer, gate } = pair<number>({ bufferTimeoutMs: 100 });
  writer.emit(1);
  t.deepEqual(take(gate), []);
  t.is(writer.flushExpired(1000), 1098);
  t.is(writer.flushExpired(1097), 1098);
  t.deepEqual(take(gate), []);
  t.is(writer.flushExpired(1098), Infinity);
  t.deepEqual(take(gate), [1]);
  // 6 bytes a record: the first segment of 4096 is full within 700 records.
  for (let i = 0; i < 700; i++) writer.emit(i);
  t.true(take(gate).length > 600);
});

test('a buffer timeout of 0 sends each record, without using up a segment each', (t) => {
  const { tm, writer, gate } = pair<number>({ bufferTimeoutMs: 0 });
  for (let i = 0; i < 5; i++) {
    writer.emit(i);
    t.is(writer.counters.buffersOut, i + 1);
    t.deepEqual(take(gate), [i]);
  }
  t.true(writer.available);
  t.is(tm.usage.usedSegments, 10);
});

test('a buffer timeout of -1 sends only full segments', (t) => {
  const { writer, gate } = pair<number>({ bufferTimeoutMs: -1 });
  writer.emit(1);
  t.is(writer.flushExpired(1e9), Infinity);
  t.is(writer.flushExpired(2e9), Infinity);
  t.deepEqual(take(gate), []);
  for (let i = 0; i < 700; i++) writer.emit(i);
  t.true(take(gate).length > 600);
  writer.end();
  t.is(take(gate).length > 0, true);
  t.true(gate.finished);
});

test('a slow consumer stops the producer within the buffers', (t) => {
  const { writer, gate } = pair<{ n: number }>();
  const count = emitUntilFull(writer, (n) => ({ n }), 1e6);
  // 2 exclusive and 8 floating segments of 4096 bytes, 6 bytes a record, one record of overdraft, and the shape.
  t.true(count * 6 <= 10 * 4096 + 6, `${count} records were taken`);
  t.true(count * 6 > 9 * 4096);
  t.false(writer.available);
  t.false(writer.retry());
  t.is(take(gate, 700).length, 700);
  t.true(writer.retry());
  emitUntilFull(writer, (n) => ({ n: n + count }), 1e6);
  t.false(writer.available);
  // Nothing is lost or out of order.
  const rest = take(gate).map(({ n }) => n);
  t.deepEqual(
    rest.slice(0, 100),
    Array.from({ length: 100 }, (_, i) => 700 + i),
  );
});

test('what one record fans out to is taken, and arrives when there is room', (t) => {
  const { writer, gate } = pair<string>();
  const records = Array.from({ length: 5000 }, (_, i) => `record ${i}`);
  for (const record of records) writer.emit(record);
  t.false(writer.available);
  t.false(writer.drained);
  writer.end();
  const out: string[] = [];
  for (let round = 0; !gate.finished && round < 1000; round++) {
    out.push(...take(gate));
    writer.retry();
  }
  t.deepEqual(out, records);
  t.true(writer.drained);
});

test('records of several megabytes span segments', (t) => {
  const { writer, gate } = pair<{ id: number; text: string }>();
  const records = [5, 3_000_000, 16_000, 17_000, 1].map((length, id) => ({ id, text: 'xyz'.repeat(length) }));
  const out: unknown[] = [];
  for (const record of records) {
    writer.emit(record);
    for (let round = 0; round < 10_000 && !writer.retry(); round++) out.push(...take(gate));
  }
  writer.end();
  for (let round = 0; !gate.finished && round < 10_000; round++) {
    out.push(...take(gate));
    writer.retry();
  }
  t.deepEqual(out, records);
});

test('control elements keep their place among the records', (t) => {
  const { writer, gate } = pair<number>();
  const seen: unknown[] = [];
  writer.emit(1);
  writer.broadcastControl(7, Uint8Array.of(9, 9));
  writer.emit(2);
  writer.broadcastControl(8, new Uint8Array(0), { flush: true });
  const handler = {
    onRecord: (record: number) => void seen.push(record),
    onControl: (tag: number, payload: Uint8Array, channel: number) => void seen.push([tag, [...payload], channel]),
  };
  gate.poll(handler, 100);
  t.deepEqual(seen, [1, [7, [9, 9], 0], 2, [8, [], 0]]);
});

test('a handler that says stop gets no further record; a blocked channel none at all', (t) => {
  const { writer, gate } = pair<number>();
  for (let i = 0; i < 10; i++) writer.emit(i);
  writer.flush();
  const seen: number[] = [];
  t.is(gate.poll({ onRecord: (n) => seen.push(n) < 3 }, 100), 3);
  gate.block(0);
  t.is(gate.poll({ onRecord: () => t.fail() }, 100), 0);
  gate.unblock(0);
  t.is(gate.poll({ onRecord: (n) => void seen.push(n) }, 100), 7);
  t.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a shape that changes on the way reaches the reader before its records', (t) => {
  const { writer, gate } = pair<object>();
  const records = Array.from({ length: 300 }, (_, i) =>
    i % 100 === 99 ? { a: i, extra: `${i}` } : { a: i / (1 + (i >> 6)) },
  );
  for (const record of records) writer.emit(record);
  writer.flush();
  t.deepEqual(take(gate), records);
});

test('too few network buffers are refused with the figures, and nothing stays reserved', (t) => {
  const tm = network('tm', { networkBytes: 9 * 4096 });
  const [from, to] = [
    { resourceId: 'tm', slot: 0 },
    { resourceId: 'tm', slot: 1 },
  ];
  const { edges, tasks } = edgeTasks([from], [to]);
  const error = t.throws(() => tm.prepareSlot({ jobId: JOB, attempt: 0, slot: 0, tasks: tasks(from), edges }));
  t.true(hasCode(error, 'EXCHANGE_INSUFFICIENT_BUFFERS'));
  t.regex(error?.message ?? '', /needs 10 network buffers.*9 of 9 are free/);
  t.is(tm.usage.usedSegments, 0);
});

test('all memory goes back when both slots are released', (t) => {
  const { tm } = pair();
  t.is(tm.usage.usedSegments, 10);
  tm.releaseSlot(JOB, 0, 0, 'finished');
  t.is(tm.usage.usedSegments, 10);
  tm.releaseSlot(JOB, 0, 1, 'finished');
  t.is(tm.usage.usedSegments, 0);
});
