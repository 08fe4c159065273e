/** The accepting edge of a protocol: WebSocket upgrades on an HTTP server, tokens, resumed sessions. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Clock } from '../clock.js';
import { WeftError, asWeftError } from '../errors/index.js';
import type { Logger } from '../log/logger.js';
import { parseFrame, type Frame } from './frames.js';
import type { Handlers, Methods, Protocol } from './protocol.js';
import { Session } from './session.js';

/** Largest message that any role accepts. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** A client as the server sees it: lives across reconnects until it is silent for `resumeWithinMs` or closed. */
export interface RpcPeer<C extends Methods, S extends Methods, Identity> {
  readonly session: Session<S, C>;
  readonly identity: Identity;
  readonly remoteAddress: string;
  /** Ends the session and its socket. */
  close(reason?: Error): void;
}

export interface EndpointOptions<C extends Methods, S extends Methods, Identity> {
  protocol: Protocol<C, S>;
  clock: Clock;
  log: Logger;
  /** Who connects, from the bearer token of the upgrade request. Throws AUTH_BAD_TOKEN to refuse. */
  authenticate(token: string | undefined, request: IncomingMessage): Identity;
  /** A new session. Returns the methods that its client may call. Calls can come in right after. */
  onSession(peer: RpcPeer<C, S, Identity>): Handlers<S>;
  /** A connection or a call was refused. */
  onRefused?(error: unknown): void;
  /** The socket broke: a hint that the client may be gone, to act on where that is safe. */
  onDisconnected?(peer: RpcPeer<C, S, Identity>): void;
  /** The client is back in the same session; nothing was lost. */
  onResumed?(peer: RpcPeer<C, S, Identity>): void;
  /** The session is over: closed, or not resumed in time. */
  onClosed?(peer: RpcPeer<C, S, Identity>): void;
  /** How long a broken session waits for its client. @default 30 000 */
  resumeWithinMs?: number;
}

interface AnyEndpoint {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Routes the WebSocket upgrades of one HTTP server to the endpoints registered on it. */
export class RpcServer {
  private readonly endpoints = new Map<string, AnyEndpoint>();

  constructor(http: Server) {
    http.on('upgrade', (request, socket, head) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      const endpoint = this.endpoints.get(path);
      if (endpoint === undefined) refuse(socket, 404, `no WebSocket endpoint ${path}`);
      else endpoint.accept(request, socket, head);
    });
  }

  register<C extends Methods, S extends Methods, Identity>(options: EndpointOptions<C, S, Identity>): void {
    this.endpoints.set(options.protocol.path, new Endpoint(options));
  }

  close(): void {
    for (const endpoint of this.endpoints.values()) endpoint.close();
  }
}

interface Entry<C extends Methods, S extends Methods, Identity> {
  peer: RpcPeer<C, S, Identity>;
  socket: WebSocket | undefined;
  cancelExpiry: (() => void) | undefined;
}

class Endpoint<C extends Methods, S extends Methods, Identity> implements AnyEndpoint {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  private readonly entries = new Map<string, Entry<C, S, Identity>>();

  constructor(private readonly options: EndpointOptions<C, S, Identity>) {}

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    let identity: Identity;
    try {
      identity = this.options.authenticate(bearerToken(request), request);
    } catch (error) {
      this.options.log.warn({ err: error, path: this.options.protocol.path }, 'refused a connection');
      this.options.onRefused?.(error);
      refuse(socket, 401, asWeftError(error).message);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (ws) => {
      this.greet(ws, identity, request.socket.remoteAddress ?? '');
    });
  }

  close(): void {
    for (const entry of [...this.entries.values()]) entry.peer.close();
    this.sockets.close();
  }

  private greet(ws: WebSocket, identity: Identity, remoteAddress: string): void {
    ws.on('error', (error) => {
      this.options.log.debug({ err: error }, 'socket error');
    });
    ws.once('message', (data) => {
      try {
        const hello = parseFrame(text(data));
        if (hello.t !== 'hello') throw new WeftError('WIRE_BAD_MESSAGE', 'The first frame is not hello.');
        this.open(ws, hello, identity, remoteAddress);
      } catch (error) {
        this.options.log.warn({ err: error, remoteAddress }, 'dropped a connection with a bad greeting');
        ws.close(1002, 'bad greeting');
      }
    });
  }

  private open(ws: WebSocket, hello: Extract<Frame, { t: 'hello' }>, identity: Identity, remoteAddress: string): void {
    const known = this.entries.get(hello.session);
    const entry = known ?? this.newEntry(hello.session, identity, remoteAddress);
    entry.cancelExpiry?.();
    entry.cancelExpiry = undefined;
    const previous = entry.socket;
    entry.socket = ws;
    previous?.terminate();

    const send = (frame: Frame): void => {
      ws.send(JSON.stringify(frame));
    };
    const { session } = entry.peer;
    send({ t: 'welcome', resumed: known !== undefined, received: session.received });
    session.attach(send, known === undefined ? 0 : hello.received);
    ws.on('message', (data) => {
      this.receive(entry, ws, data);
    });
    ws.on('close', () => {
      this.disconnected(entry, ws);
    });
    if (known !== undefined) this.options.onResumed?.(entry.peer);
  }

  private newEntry(sessionId: string, identity: Identity, remoteAddress: string): Entry<C, S, Identity> {
    const { protocol, clock, log } = this.options;
    const handlers = {} as Handlers<S>;
    const session = new Session<S, C>(sessionId, protocol.name, protocol.server, protocol.client, handlers, clock);
    session.onCallError = (_method, error) => this.options.onRefused?.(error);
    session.onNoticeError = (method, error) => {
      log.warn({ err: error, method, protocol: protocol.name }, 'a message could not be handled');
      this.options.onRefused?.(error);
    };
    const peer: RpcPeer<C, S, Identity> = {
      session,
      identity,
      remoteAddress,
      close: (reason) => {
        this.remove(entry, reason);
      },
    };
    const entry: Entry<C, S, Identity> = { peer, socket: undefined, cancelExpiry: undefined };
    this.entries.set(sessionId, entry);
    Object.assign(handlers, this.options.onSession(peer));
    return entry;
  }

  private receive(entry: Entry<C, S, Identity>, ws: WebSocket, data: RawData): void {
    if (entry.socket !== ws) return;
    try {
      entry.peer.session.accept(parseFrame(text(data)));
    } catch (error) {
      this.options.log.warn(
        { err: error, protocol: this.options.protocol.name },
        'dropped a connection with bad frames',
      );
      this.remove(entry, asWeftError(error));
    }
  }

  private disconnected(entry: Entry<C, S, Identity>, ws: WebSocket): void {
    if (entry.socket !== ws) return;
    entry.socket = undefined;
    entry.peer.session.detach();
    entry.cancelExpiry = this.options.clock.after(this.options.resumeWithinMs ?? 30_000, () => {
      this.remove(entry);
    });
    this.options.onDisconnected?.(entry.peer);
  }

  private remove(entry: Entry<C, S, Identity>, reason?: Error): void {
    if (!this.entries.delete(entry.peer.session.id)) return;
    entry.cancelExpiry?.();
    const socket = entry.socket;
    entry.socket = undefined;
    entry.peer.session.close(reason);
    socket?.close(1000);
    this.options.onClosed?.(entry.peer);
  }
}

function bearerToken(request: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
}

function refuse(socket: Duplex, status: number, message: string): void {
  const reason = status === 401 ? 'Unauthorized' : 'Not Found';
  const body = JSON.stringify({ errors: [message] });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The text of a WebSocket message, which ws hands over as bytes. */
export function text(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');
}
