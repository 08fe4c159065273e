import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import test from 'ava';
import { ManualClock, systemClock } from '../../../runtime/common/clock.js';
import { SocketTextSource } from '../../../runtime/connectors/index.js';
import { ReaderHarness } from './reader-harness.js';

function serve(onConnection: (socket: Socket, number: number) => void): Promise<{ server: Server; port: number }> {
  let number = 0;
  const server = createServer((socket) => onConnection(socket, number++));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ server, port: (server.address() as AddressInfo).port });
    });
  });
}

function source(port: number, harness: ReaderHarness, options: { delimiter?: string; maxRetries?: number } = {}) {
  const { delimiter = '\n', maxRetries = 0 } = options;
  return new SocketTextSource({ host: '127.0.0.1', port, delimiter, maxRetries }, harness.outlet, systemClock);
}

test('text is cut at the delimiter, which may come in pieces, and its rest counts at the end', async (t) => {
  const bytes = Buffer.from('eins||zwö|lf||€||rest', 'utf8');
  const { server, port } = await serve((socket) => {
    socket.setNoDelay(true);
    const sendFrom = (i: number): void => {
      if (i === bytes.length) socket.end();
      else socket.write(bytes.subarray(i, i + 1), () => setImmediate(sendFrom, i + 1));
    };
    sendFrom(0);
  });
  const harness = new ReaderHarness();
  t.deepEqual(await harness.drain(source(port, harness, { delimiter: '||' })), ['eins', 'zwö|lf', '€', 'rest']);
  server.close();
});

test('a lost connection is opened again as often as configured, then the text is over', async (t) => {
  const { server, port } = await serve((socket, number) => socket.end(`hello ${number}\n`));
  const harness = new ReaderHarness();
  t.deepEqual(await harness.drain(source(port, harness, { maxRetries: 1 })), ['hello 0', 'hello 1']);
  server.close();
});

test('a server that is not there is a named error', async (t) => {
  const { server, port } = await serve(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  const harness = new ReaderHarness();
  const error = await t.throwsAsync(harness.drain(source(port, harness)), { code: 'SOURCE_SOCKET_FAILED' });
  t.true(error.message.includes(`127.0.0.1:${port}`));
});

test('a source that is closed while it waits to retry connects no more', async (t) => {
  const clock = new ManualClock();
  let connections = 0;
  const { server, port } = await serve((socket) => {
    connections++;
    socket.end();
  });
  const harness = new ReaderHarness();
  const reader = new SocketTextSource(
    { host: '127.0.0.1', port, delimiter: '\n', maxRetries: -1 },
    harness.outlet,
    clock,
  );
  await reader.open();
  while (connections === 0) await new Promise((resolve) => setImmediate(resolve));
  reader.close();
  clock.advance(10_000);
  t.is(connections, 1);
  server.close();
});
