/**
 * Connections that have not said anything whole yet. Somebody who opens many and says nothing, or a byte now and then,
 * must not keep others out: beyond a number of them the oldest goes.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { WeftError } from '../errors/index.js';
import type { Refusals } from '../security/refusals.js';

export interface Patience {
  /** How long the head of a request may take, ms. */
  readonly headMs: number;
  /** How long a whole request may take, ms: an upload of a large program over a slow line. */
  readonly wholeMs: number;
  /** How often those that take longer are looked for, ms. */
  readonly checkMs: number;
}

const PATIENCE: Patience = { headMs: 10_000, wholeMs: 300_000, checkMs: 2000 };
/** What Node's server is told of it. */
export function serverOptions({ headMs, wholeMs, checkMs } = PATIENCE) {
  return { headersTimeout: headMs, requestTimeout: wholeMs, connectionsCheckingInterval: checkMs };
}

/** Most connections without a first request. */
const MAX_STRANGERS = 512;

export function limitStrangers(server: Server, refusals: Refusals): void {
  const strangers = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    // The address names the connection also where TLS wraps the socket.
    const name = nameOf(socket);
    strangers.set(name, socket);
    socket.once('close', () => strangers.delete(name));
    const oldest = strangers.size > MAX_STRANGERS ? strangers.entries().next().value : undefined;
    if (oldest === undefined) return;
    strangers.delete(oldest[0]);
    oldest[1].destroy();
    const message = `More than ${MAX_STRANGERS} connections have asked for nothing yet: the oldest was closed.`;
    refusals.note('http', new WeftError('HTTP_TOO_MANY_STRANGERS', message), oldest[1].remoteAddress);
  });
  for (const event of ['request', 'upgrade'] as const) {
    server.prependListener(event, ({ socket }: { socket: Socket }) => strangers.delete(nameOf(socket)));
  }
  // Node answers 408 to those who take too long, and 400 to those who speak no HTTP.
  server.prependListener('clientError', (cause: NodeJS.ErrnoException, socket: object) => {
    if (cause.code === 'ECONNRESET') return;
    const isSlow = cause.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const error = isSlow
      ? new WeftError('HTTP_TOO_SLOW', 'A request did not become whole in time.', { cause })
      : new WeftError('HTTP_BAD_REQUEST', `A peer does not speak HTTP: ${cause.message}.`, { cause });
    refusals.note('http', error, 'remoteAddress' in socket ? String(socket.remoteAddress) : undefined);
  });
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''}:${remotePort ?? 0}`;
}
