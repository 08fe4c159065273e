/** What every server of ours does about peers that are slow, many, strange or in somebody's browser. */
import { connect, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { ManualClock, sleep, systemClock } from '../../../runtime/common/clock.js';
import { WeftError } from '../../../runtime/common/errors/index.js';
import { startHttpServer, type HttpServer } from '../../../runtime/common/http/server.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { Refusals } from '../../../runtime/common/security/refusals.js';
import { defineProtocol } from '../../../runtime/common/wire/index.js';

const protocol = defineProtocol({ name: 'mute', path: '/ws/mute', client: {}, server: {} });

async function serve(t: ExecutionContext, clock = new ManualClock(), headMs = 200): Promise<HttpServer> {
  const log = silentLogger();
  const server = await startHttpServer({
    port: 0,
    log,
    patience: { headMs, wholeMs: 2 * headMs, checkMs: 20 },
    configure: (app, rpc) => {
      app.all('/', () => 'yes');
      rpc.register({ protocol, clock, log, authenticate: () => '', onSession: () => ({}) });
    },
  });
  t.teardown(() => server.close());
  return server;
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + 10_000;
  while (!condition()) {
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await sleep(systemClock, 5);
  }
}

/** Opens a connection, says this and no more. */
function say(t: ExecutionContext, { port }: HttpServer, text: string): { socket: Socket; isClosed: () => boolean } {
  const socket = connect(port, '127.0.0.1', () => socket.write(text));
  let closed = false;
  socket.on('close', () => {
    closed = true;
  });
  socket.on('error', () => undefined);
  socket.resume();
  t.teardown(() => socket.destroy());
  return { socket, isClosed: () => closed };
}

const countOf = ({ refusals }: HttpServer, code: string): number => refusals.entries.get(code) ?? 0;

test('a request that does not become whole in time is dropped', async (t) => {
  const server = await serve(t);
  const slow = [
    say(t, server, 'GET / HT'),
    say(t, server, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhalf'),
  ];
  await until('their ends', () => slow.every(({ isClosed }) => isClosed()));
  t.is(countOf(server, 'HTTP_TOO_SLOW'), 2);
  t.is((await fetch(server.url)).status, 200);
});

test('of many connections that ask for nothing the oldest goes, and others are served', async (t) => {
  const server = await serve(t, new ManualClock(), 60_000);
  const silent = [];
  for (let i = 0; i < 520; i++) silent.push(say(t, server, ''));
  await until('the oldest to go', () => countOf(server, 'HTTP_TOO_MANY_STRANGERS') >= 8);
  t.is((await fetch(server.url)).status, 200);
  t.true(silent.filter(({ isClosed }) => isClosed()).length < 100);
});

test('a WebSocket that does not greet, or greets with garbage, is dropped', async (t) => {
  const clock = new ManualClock();
  const server = await serve(t, clock);
  const open = async (): Promise<{ socket: WebSocket; isClosed: () => boolean }> => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}${protocol.path}`);
    let closed = false;
    socket.on('close', () => {
      closed = true;
    });
    await new Promise((resolve) => socket.once('open', resolve));
    return { socket, isClosed: () => closed };
  };
  const mute = await open();
  const strange = await open();
  strange.socket.send('{"t":"hello"');
  await until('the end of the strange one', strange.isClosed);
  t.is(countOf(server, 'WIRE_BAD_MESSAGE'), 1);
  t.false(mute.isClosed());
  clock.advance(10_001);
  await until('the end of the mute one', mute.isClosed);
  t.is(countOf(server, 'HTTP_TOO_SLOW'), 1);
});

test('pages of others may look, but change nothing', async (t) => {
  const server = await serve(t);
  const ask = async (method: string, origin?: string): Promise<number> => {
    const headers = origin === undefined ? {} : { origin };
    return (await fetch(server.url, { method, headers })).status;
  };
  t.is(await ask('POST'), 200);
  t.is(await ask('POST', server.url), 200);
  t.is(await ask('GET', 'http://evil.example'), 200);
  for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1']) t.is(await ask('DELETE', origin), 403);
});

test('each cause is told once, then only counted, and told again after ten minutes', (t) => {
  const lines: { msg: string; place: string; untold?: number }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
  const clock = new ManualClock();
  const refusals = new Refusals(clock, log);
  const forged = new WeftError('AUTH_BAD_TOKEN', 'forged');
  for (let i = 0; i < 1000; i++) refusals.note('a', forged);
  refusals.note('b', forged);
  refusals.note('a', new WeftError('WIRE_BAD_MESSAGE', 'garbage'));
  t.is(refusals.entries.get('AUTH_BAD_TOKEN'), 1001);
  t.deepEqual(
    lines.map(({ place }) => place),
    ['a', 'b', 'a'],
  );
  clock.advance(600_000);
  refusals.note('a', forged);
  t.is(lines[3]?.untold, 999);
});
