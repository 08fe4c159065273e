import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { Type } from 'typebox';
import { WebSocket } from 'ws';
import { systemClock } from '../../../runtime/common/clock.js';
import { startHttpServer, type HttpServer } from '../../../runtime/common/http/server.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { newTokenKey, signToken, verifyToken } from '../../../runtime/common/security/token.js';
import { RpcClient, defineProtocol } from '../../../runtime/common/wire/index.js';

const protocol = defineProtocol({
  name: 'echo',
  path: '/ws/echo',
  client: { hello: { params: Type.Object({ to: Type.String() }) } },
  server: { echo: { params: Type.Object({ text: Type.String() }), result: Type.Object({ text: Type.String() }) } },
});

const log = silentLogger();
const key = newTokenKey();
const token = (): string => signToken(key, { kind: 'client', subject: 'me', expiresMs: systemClock.nowMs() + 60_000 });

async function echoServer(t: ExecutionContext, port = 0): Promise<HttpServer> {
  const server = await startHttpServer({
    port,
    log,
    configure: (app, rpc) => {
      app.get('/alive', () => 'yes');
      rpc.register({
        protocol,
        clock: systemClock,
        log,
        authenticate: (bearer) => verifyToken([key], 'client', bearer, systemClock.nowMs()).subject,
        onSession: () => ({ echo: ({ text }) => ({ text }) }),
      });
    },
  });
  t.teardown(() => server.close());
  return server;
}

function echoClient(t: ExecutionContext, url: () => string, bearer = token, events: string[] = []) {
  const client = new RpcClient({
    protocol,
    address: url,
    token: bearer,
    handlers: { hello: () => {} },
    clock: systemClock,
    log,
    onConnected: (resumed) => events.push(resumed ? 'resumed' : 'new'),
    onDisconnected: () => events.push('broken'),
    onRefused: () => events.push('refused'),
    initialBackoffMs: 10,
  }).start();
  t.teardown(() => client.close());
  return client;
}

test('a call over a real socket', async (t) => {
  const server = await echoServer(t);
  const client = echoClient(t, () => server.url);
  t.deepEqual(await client.session.call('echo', { text: 'hi' }), { text: 'hi' });
});

test('a broken socket resumes the session; a restarted server is told apart', async (t) => {
  const events: string[] = [];
  const first = await echoServer(t);
  let url = first.url;
  const client = echoClient(t, () => url, token, events);
  await client.session.call('echo', { text: 'a' });
  client.reconnect();
  await client.session.call('echo', { text: 'b' });
  t.deepEqual(events, ['new', 'broken', 'resumed']);
  const second = await echoServer(t);
  url = second.url;
  await first.close();
  while (events.at(-1) !== 'new' || events.length < 5) await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(await client.session.call('echo', { text: 'c' }), { text: 'c' });
  t.deepEqual(events, ['new', 'broken', 'resumed', 'broken', 'new']);
});

test('a wrong token is refused for good', async (t) => {
  const server = await echoServer(t);
  const events: string[] = [];
  const client = echoClient(
    t,
    () => server.url,
    () => `${token()}x`,
    events,
  );
  await t.throwsAsync(client.session.call('echo', { text: 'x' }), { message: /refused our token/ });
  t.deepEqual(events, ['refused']);
});

test('garbage on the port disturbs nothing', async (t) => {
  const server = await echoServer(t);
  for (let i = 0; i < 100; i++) {
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.end(Buffer.from(`\u0000garbage ${i}\r\n\r\n`)));
      socket.on('error', () => {});
      socket.resume();
      socket.on('close', () => resolve());
    });
  }
  for (const message of ['not json', '{"t":"request"}', '{"t":"hello","session":5}']) {
    await new Promise<void>((resolve) => {
      const socket = new WebSocket(server.url.replace('http', 'ws') + protocol.path, {
        headers: { authorization: `Bearer ${token()}` },
      });
      socket.on('open', () => socket.send(message));
      socket.on('close', () => resolve());
    });
  }
  const client = echoClient(t, () => server.url);
  t.deepEqual(await client.session.call('echo', { text: 'still' }), { text: 'still' });
});

test('a taken port is named', async (t) => {
  const server = await echoServer(t);
  const error = await t.throwsAsync(echoServer(t, server.port));
  t.regex(error?.message ?? '', new RegExp(`127.0.0.1:${server.port} is already in use`));
});

test('a peer that cannot be reached is told in the log, with the reason, and not again and again', async (t) => {
  const warnings: [object, string][] = [];
  let seconds = 0;
  const client = new RpcClient({
    protocol,
    address: () => 'http://127.0.0.1:1',
    handlers: { hello: () => {} },
    // Each look at this clock is a second later.
    clock: { ...systemClock, monotonicMs: () => 1000 * seconds++ },
    log: Object.assign(silentLogger(), { warn: (fields: object, text: string) => warnings.push([fields, text]) }),
    initialBackoffMs: 1,
    maxBackoffMs: 1,
  }).start();
  t.teardown(() => client.close());
  while (seconds < 60) await new Promise((resolve) => systemClock.after(1, () => resolve(undefined)));
  t.is(warnings.length, 1);
  const [[fields, text] = [{}, '']] = warnings;
  t.like(fields, { protocol: 'echo', reason: 'connect ECONNREFUSED 127.0.0.1:1' });
  t.regex(text, /cannot be reached for 3 s/);
});
