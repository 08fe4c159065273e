import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { once } from 'node:events';
import test from 'ava';
import {
  createSlotNetwork,
  type InputGate,
  type RecordWriter,
  type TaskManagerNetwork,
} from '../../../runtime/exchange/index.js';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { signToken, verifyToken } from '../../../runtime/common/security/token.js';
import { encodeFrame, FrameType } from '../../../runtime/exchange/tcp/frames.js';
import { EDGE, edgeTasks, emitUntilFull, JOB, network, take, until, type Place } from './fixture.js';

interface TcpPair<T> {
  a: TaskManagerNetwork;
  b: TaskManagerNetwork;
  port: number;
  /** Prepares the consumer's slot (if it was to wait) and returns its gate. */
  gate: () => InputGate<T>;
  writer: () => RecordWriter<T>;
}

/** A producer in TaskManager a, a consumer in TaskManager b. */
async function tcpPair<T>(bufferTimeoutMs = 100, attempt = 0): Promise<TcpPair<T>> {
  const [a, b] = [network('tm-a'), network('tm-b')];
  const { port } = await a.listen();
  const [from, to]: Place[] = [
    { resourceId: 'tm-a', slot: 0, port },
    { resourceId: 'tm-b', slot: 0 },
  ] as [Place, Place];
  const { edges, tasks } = edgeTasks([from], [to]);
  const slotOf = (tm: TaskManagerNetwork, at: Place) =>
    createSlotNetwork(tm.prepareSlot({ jobId: JOB, attempt, slot: 0, tasks: tasks(at), edges }));
  return {
    a,
    b,
    port,
    gate: () => slotOf(b, to).createGate<T>('c0', EDGE),
    writer: () =>
      slotOf(a, from).createWriter<T>('p0', EDGE, { selector: { kind: 'FORWARD' }, random: () => 0, bufferTimeoutMs }),
  };
}

for (const first of ['producer', 'consumer']) {
  test(`records cross TCP in order, whole, with the ${first} prepared first`, async (t) => {
    const pair = await tcpPair<{ n: number; text: string }>();
    const early = first === 'consumer' ? pair.gate() : undefined;
    // The subscription arrives before its channel is known.
    if (early !== undefined) await until(() => true, 'connected');
    const writer = pair.writer();
    const gate = early ?? pair.gate();
    const count = 10_000;
    const make = (n: number) => ({ n, text: n % 3000 === 5 ? 'z'.repeat(50_000) : `t${n % 7}` });
    const out: { n: number; text: string }[] = [];
    let emitted = 0;
    await until(() => {
      while (emitted < count && writer.retry()) writer.emit(make(emitted++));
      if (emitted === count && writer.drained) {
        writer.end();
        emitted++;
      }
      out.push(...take(gate));
      return gate.finished;
    }, 'everything has come');
    t.deepEqual(
      out,
      Array.from({ length: count }, (_, n) => make(n)),
    );
    // A finished producer's memory goes back once the socket has taken everything.
    pair.a.releaseSlot(JOB, 0, 0, 'finished');
    pair.b.releaseSlot(JOB, 0, 0, 'finished');
    await until(() => pair.a.usage.usedSegments === 0 && pair.b.usage.usedSegments === 0, 'the memory is back');
    await Promise.all([pair.a.close(), pair.b.close()]);
  });
}

test('a producer that finishes before anyone subscribes still delivers', async (t) => {
  const pair = await tcpPair<number>();
  const writer = pair.writer();
  for (let i = 0; i < 100; i++) writer.emit(i);
  writer.end();
  pair.a.releaseSlot(JOB, 0, 0, 'finished');
  t.true(pair.a.usage.usedSegments > 0);
  const gate = pair.gate();
  const out: number[] = [];
  await until(() => {
    out.push(...take(gate));
    return gate.finished;
  }, 'everything has come');
  t.is(out.length, 100);
  await until(() => pair.a.usage.usedSegments === 0, 'the memory is back');
  await Promise.all([pair.a.close(), pair.b.close()]);
});

test('a consumer that takes nothing stops the producer within the credit', async (t) => {
  const pair = await tcpPair<number>(0);
  const writer = pair.writer();
  const gate = pair.gate();
  let emitted = 0;
  let quietRounds = 0;
  await until(() => {
    const count = emitUntilFull(writer, (n) => n, 1e6);
    emitted += count;
    quietRounds = count === 0 ? quietRounds + 1 : 0;
    return quietRounds > 2000;
  }, 'the producer is stopped');
  // 10 segments at each end, 6 bytes a record; the sockets hold nothing beyond the credit.
  t.true(emitted * 6 <= 20 * 4096 + 100, `${emitted} records were taken`);
  t.true(emitted * 6 > 15 * 4096);
  t.true(take(gate).length > 0);
  await until(() => emitUntilFull(writer, (n) => n, 10) > 0, 'there is room again');
  await Promise.all([pair.a.close(), pair.b.close()]);
});

test('the loss of the producer’s TaskManager fails the channel, naming the peer', async (t) => {
  const pair = await tcpPair<number>(0);
  const writer = pair.writer();
  const gate = pair.gate();
  writer.emit(1);
  const out: number[] = [];
  await until(() => (out.push(...take(gate)), out.length === 1), 'the record has come');
  await pair.a.close();
  let error: unknown;
  await until(() => {
    try {
      take(gate);
      return false;
    } catch (caught) {
      error = caught;
      return true;
    }
  }, 'the loss is noticed');
  t.true(hasCode(error, 'EXCHANGE_PEER_LOST'));
  t.regex((error as Error).message, /tm-a at 127\.0\.0\.1/);
  await pair.b.close();
});

test('the loss of the consumer’s TaskManager fails the producer', async (t) => {
  const pair = await tcpPair<number>(0);
  const writer = pair.writer();
  const gate = pair.gate();
  writer.emit(1);
  const out: number[] = [];
  await until(() => (out.push(...take(gate)), out.length === 1), 'the record has come');
  await pair.b.close();
  let error: unknown;
  await until(() => {
    try {
      writer.flushExpired(0);
      return false;
    } catch (caught) {
      error = caught;
      return true;
    }
  }, 'the loss is noticed');
  t.true(hasCode(error, 'EXCHANGE_PEER_LOST'));
  await pair.a.close();
});

test('attempts of a job never meet', async (t) => {
  const [a, b] = [network('tm-a'), network('tm-b')];
  const { port } = await a.listen();
  const [from, to] = [
    { resourceId: 'tm-a', slot: 0, port },
    { resourceId: 'tm-b', slot: 0 },
  ] as const;
  const { edges, tasks } = edgeTasks([from], [to]);
  const options = { selector: { kind: 'FORWARD' as const }, random: () => 0, bufferTimeoutMs: 0 };
  const open = (attempt: number) => ({
    writer: createSlotNetwork(a.prepareSlot({ jobId: JOB, attempt, slot: 0, tasks: tasks(from), edges })).createWriter(
      'p0',
      EDGE,
      options,
    ),
    gate: createSlotNetwork(b.prepareSlot({ jobId: JOB, attempt, slot: 0, tasks: tasks(to), edges })).createGate(
      'c0',
      EDGE,
    ),
  });
  const old = open(0);
  old.writer.emit('old');
  for (const tm of [a, b]) tm.releaseSlot(JOB, 0, 0, 'aborted');
  t.is(a.usage.usedSegments, 0);
  const fresh = open(1);
  fresh.writer.emit('new');
  const out: unknown[] = [];
  await until(() => (out.push(...take(fresh.gate)), out.length > 0), 'the record has come');
  t.deepEqual(out, ['new']);
  await Promise.all([a.close(), b.close()]);
});

test('malformed connections are closed, and a job that runs notices nothing', async (t) => {
  const pair = await tcpPair<number>(0);
  const writer = pair.writer();
  const gate = pair.gate();
  const hello = (changes: object) =>
    encodeFrame(
      { type: FrameType.hello, channel: 0, sequence: 0, amount: 0 },
      Buffer.from(
        JSON.stringify({ token: 'secret', jobId: JOB, attempt: 0, consumer: 'evil', producer: 'tm-a', ...changes }),
      ),
    );
  const subscribe = (id: string) =>
    encodeFrame({ type: FrameType.subscribe, channel: 0, sequence: 0, amount: 100 }, Buffer.from(id));
  const credit = encodeFrame({ type: FrameType.credit, channel: 77, sequence: 0, amount: 1 }, Buffer.alloc(0));
  const tooLong = hello({});
  tooLong.writeUInt32LE(1 << 30, 12);
  writer.emit(-1);
  const bad: Buffer[] = [
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    hello({ token: 'wrong' }),
    hello({ producer: 'tm-z' }),
    hello({ attempt: 'zero' }),
    encodeFrame({ type: FrameType.hello, channel: 0, sequence: 0, amount: 0 }, Buffer.from('{')),
    tooLong,
    subscribe(`${EDGE}:0-0`),
    Buffer.concat([hello({}), credit]),
    Buffer.concat([hello({}), hello({})]),
    // The channel is another TaskManager's.
    Buffer.concat([hello({}), subscribe(`${EDGE}:0-0`)]),
    // The right TaskManager, but the channel is already subscribed.
    Buffer.concat([hello({ consumer: 'tm-b' }), subscribe(`${EDGE}:0-0`)]),
    ...Array.from({ length: 89 }, () => Buffer.concat([randomBytes(64), randomBytes(300)])),
  ];
  const out: number[] = [];
  await until(() => (out.push(...take(gate)), out.length === 1), 'the channel is subscribed');
  await Promise.all(
    bad.map(async (bytes) => {
      const socket = connect(pair.port, '127.0.0.1');
      socket.on('error', () => {});
      const closed = once(socket, 'close');
      socket.resume();
      socket.write(bytes);
      await closed;
    }),
  );
  for (let i = 0; i < 100; i++) writer.emit(i);
  await until(() => (out.push(...take(gate)), out.length === 101), 'the records have come');
  t.deepEqual(
    out.slice(1),
    Array.from({ length: 100 }, (_, i) => i),
  );
  await Promise.all([pair.a.close(), pair.b.close()]);
});

/** Sends the bytes, and gives what came back once the connection is closed. */
async function answerTo(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  const answer: Buffer[] = [];
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  const closed = once(socket, 'close');
  socket.write(bytes);
  await closed;
  return Buffer.concat(answer);
}

test('a genuine token of another application opens nothing', async (t) => {
  const [own, other] = ['aa'.repeat(32), 'bb'.repeat(32)].map((key) =>
    signToken(key, { kind: 'application', subject: 'application', expiresMs: Number.MAX_SAFE_INTEGER }),
  ) as [string, string];
  const check = (token: string): unknown => verifyToken(['aa'.repeat(32)], 'application', token, 0);
  const tm = network('tm-a', { auth: { token: own, check } });
  const { port } = await tm.listen();
  const hello = { token: other, jobId: JOB, attempt: 0, consumer: 'tm-b', producer: 'tm-a' };
  const frames = Buffer.concat([
    encodeFrame({ type: FrameType.hello, channel: 0, sequence: 0, amount: 0 }, Buffer.from(JSON.stringify(hello))),
    encodeFrame({ type: FrameType.subscribe, channel: 0, sequence: 0, amount: 100 }, Buffer.from(`${EDGE}:0-0`)),
  ]);
  t.is((await answerTo(port, frames)).length, 0);
  await tm.close();
});

test('a connection of another job of the application gets none of the records', async (t) => {
  const pair = await tcpPair<number>(0);
  const hello = { token: 'secret', jobId: 'b'.repeat(32), attempt: 0, consumer: 'tm-b', producer: 'tm-a' };
  const stranger = answerTo(
    pair.port,
    Buffer.concat([
      encodeFrame({ type: FrameType.hello, channel: 0, sequence: 0, amount: 0 }, Buffer.from(JSON.stringify(hello))),
      encodeFrame({ type: FrameType.subscribe, channel: 0, sequence: 0, amount: 100 }, Buffer.from(`${EDGE}:0-0`)),
    ]),
  );
  const writer = pair.writer();
  const gate = pair.gate();
  for (let i = 0; i < 50; i++) writer.emit(i);
  const out: number[] = [];
  await until(() => (out.push(...take(gate)), out.length === 50), 'the records have come where they belong');
  await Promise.all([pair.a.close(), pair.b.close()]);
  t.is((await stranger).length, 0);
});

test('a producer that breaks the protocol costs only its own connection', async (t) => {
  const { createServer } = await import('node:net');
  for (const answer of [
    Buffer.from('nonsense nonsense nonsense'),
    encodeFrame({ type: FrameType.data, channel: 9, sequence: 0, amount: 0 }, Buffer.alloc(5)),
    encodeFrame({ type: FrameType.data, channel: 0, sequence: 5, amount: 0 }, Buffer.alloc(5)),
    // More than was granted.
    encodeFrame({ type: FrameType.data, channel: 0, sequence: 0, amount: 0 }, Buffer.alloc(60_000)),
  ]) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const [from, to] = [
      { resourceId: 'tm-a', slot: 0, port },
      { resourceId: 'tm-b', slot: 0 },
    ] as const;
    const { edges, tasks } = edgeTasks([from], [to]);
    const tm = network('tm-b');
    const gate = createSlotNetwork(
      tm.prepareSlot({ jobId: JOB, attempt: 0, slot: 0, tasks: tasks(to), edges }),
    ).createGate('c0', EDGE);
    let error: unknown;
    await until(() => {
      try {
        take(gate);
        return false;
      } catch (caught) {
        error = caught;
        return true;
      }
    }, 'the channel has failed');
    t.true(hasCode(error, 'EXCHANGE_PEER_LOST'));
    await tm.close();
    server.close();
  }
});
