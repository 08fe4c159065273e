import test from 'ava';
import { Type } from 'typebox';
import { ManualClock } from '../../../runtime/common/clock.js';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { Session, defineProtocol } from '../../../runtime/common/wire/index.js';
import type { Frame } from '../../../runtime/common/wire/frames.js';

const protocol = defineProtocol({
  name: 'test',
  path: '/test',
  client: {},
  server: {
    add: { params: Type.Object({ a: Type.Number(), b: Type.Number() }), result: Type.Object({ sum: Type.Number() }) },
    note: { params: Type.Object({ text: Type.String() }) },
  },
});

/** Two sessions and a wire that can be cut, on which frames wait until they are delivered. */
function wired() {
  const clock = new ManualClock();
  const notes: string[] = [];
  const client = new Session('s', 'test', protocol.client, protocol.server, {}, clock);
  const server = new Session(
    's',
    'test',
    protocol.server,
    protocol.client,
    {
      add: ({ a, b }) => ({ sum: a + b }),
      note: ({ text }) => {
        notes.push(text);
      },
    },
    clock,
  );
  let toServer: Frame[] = [];
  let toClient: Frame[] = [];
  return {
    clock,
    client,
    server,
    notes,
    connect() {
      toServer = [];
      toClient = [];
      const receivedByServer = server.received;
      server.attach((frame) => toClient.push(frame), client.received);
      client.attach((frame) => toServer.push(frame), receivedByServer);
    },
    cut() {
      client.detach();
      server.detach();
    },
    async deliver() {
      while (toServer.length > 0 || toClient.length > 0) {
        for (const frame of toServer.splice(0)) server.accept(frame);
        for (const frame of toClient.splice(0)) client.accept(frame);
        await Promise.resolve();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

test('a call is answered', async (t) => {
  const wire = wired();
  wire.connect();
  const answer = wire.client.call('add', { a: 2, b: 3 });
  await wire.deliver();
  t.deepEqual(await answer, { sum: 5 });
});

test('what was lost with the connection is sent again, once and in order', async (t) => {
  const wire = wired();
  wire.connect();
  wire.client.notify('note', { text: 'one' });
  await wire.deliver();
  wire.client.notify('note', { text: 'two' });
  wire.cut();
  wire.client.notify('note', { text: 'three' });
  wire.connect();
  await wire.deliver();
  wire.cut();
  wire.connect();
  await wire.deliver();
  t.deepEqual(wire.notes, ['one', 'two', 'three']);
});

test('an answer that was lost with the connection arrives after the reconnect', async (t) => {
  const wire = wired();
  wire.connect();
  const answer = wire.client.call('add', { a: 1, b: 1 });
  wire.cut();
  wire.connect();
  await wire.deliver();
  t.deepEqual(await answer, { sum: 2 });
});

test('an unanswered call fails after its timeout', async (t) => {
  const wire = wired();
  const answer = wire.client.call('add', { a: 1, b: 1 }, { timeoutMs: 100 });
  wire.clock.advance(101);
  const error = await t.throwsAsync(answer);
  t.true(hasCode(error, 'WIRE_TIMEOUT'));
});

test('parameters that do not fit the schema are refused with the place', async (t) => {
  const wire = wired();
  wire.connect();
  const answer = wire.client.call('add', { a: 1, b: 'x' } as never);
  await Promise.all([t.throwsAsync(answer, { message: /\/b must be number/ }), wire.deliver()]);
});

test('a gap in the numbering drops the connection', (t) => {
  const wire = wired();
  wire.connect();
  t.throws(() => wire.server.accept({ t: 'notice', seq: 7, method: 'note', params: { text: 'x' } }), {
    message: /frame 7 follows 0/,
  });
});

test('after a reset open calls fail and numbering starts anew', async (t) => {
  const wire = wired();
  wire.connect();
  const open = wire.client.call('add', { a: 1, b: 1 });
  wire.cut();
  wire.client.reset();
  const error = await t.throwsAsync(open);
  t.true(hasCode(error, 'WIRE_CLOSED'));
});
