/** The accepting edge of a protocol: who is let in, and resumed sessions. It knows no socket, only connections. */
import type { Clock } from '../clock.js';
import { WeftError, asWeftError } from '../errors/index.js';
import type { Logger } from '../log/logger.js';
import type { Refusals } from '../security/refusals.js';
import type { Connection, ConnectionEvents, Visitor, Welcome } from './connection.js';
import { parseFrame, type Frame } from './frames.js';
import type { Handlers, Methods, Protocol } from './protocol.js';
import { Session } from './session.js';

/** Who has not greeted by then is shut out. */
const GREETING_TIMEOUT_MS = 10_000;

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
  /** Who connects, from its bearer token. Throws AUTH_BAD_TOKEN to refuse. */
  authenticate(token: string | undefined): Identity;
  /** A new session. Returns the methods that its client may call. Calls can come in right after. */
  onSession(peer: RpcPeer<C, S, Identity>): Handlers<S>;
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
  admit(visitor: Visitor): Welcome;
  close(): void;
}

/** The endpoints of one server, by their path. */
export class RpcServer {
  private readonly endpoints = new Map<string, AnyEndpoint>();

  constructor(private readonly refusals: Refusals) {}

  /** Lets a client in. @throws HTTP_NOT_FOUND where there is no endpoint, AUTH_BAD_TOKEN, AUTH_TOKEN_EXPIRED */
  admit(path: string, visitor: Visitor): Welcome {
    const endpoint = this.endpoints.get(path);
    if (endpoint !== undefined) return endpoint.admit(visitor);
    const error = new WeftError('HTTP_NOT_FOUND', `There is no WebSocket endpoint ${path}.`);
    this.refusals.note('WebSocket', error, visitor.remoteAddress);
    throw error;
  }

  register<C extends Methods, S extends Methods, Identity>(options: EndpointOptions<C, S, Identity>): void {
    this.endpoints.set(options.protocol.path, new Endpoint(options, this.refusals));
  }

  close(): void {
    for (const endpoint of this.endpoints.values()) endpoint.close();
  }
}

interface Entry<C extends Methods, S extends Methods, Identity> {
  peer: RpcPeer<C, S, Identity>;
  connection: Connection | undefined;
  cancelExpiry: (() => void) | undefined;
}

class Endpoint<C extends Methods, S extends Methods, Identity> implements AnyEndpoint {
  private readonly entries = new Map<string, Entry<C, S, Identity>>();

  constructor(
    private readonly options: EndpointOptions<C, S, Identity>,
    private readonly refusals: Refusals,
  ) {}

  admit({ token, remoteAddress }: Visitor): Welcome {
    let identity: Identity;
    try {
      identity = this.options.authenticate(token);
    } catch (error) {
      this.refused(error, remoteAddress);
      throw error;
    }
    return (connection) => this.greet(connection, identity, remoteAddress);
  }

  close(): void {
    for (const entry of [...this.entries.values()]) entry.peer.close();
  }

  /** The first frame says which session this is; what follows is that session's. */
  private greet(connection: Connection, identity: Identity, remoteAddress: string): ConnectionEvents {
    let entry: Entry<C, S, Identity> | undefined;
    const cancelGreeting = this.options.clock.after(GREETING_TIMEOUT_MS, () => {
      this.refused(new WeftError('HTTP_TOO_SLOW', 'A peer connected and did not greet in time.'), remoteAddress);
      connection.terminate();
    });
    return {
      message: (text) => {
        if (entry === undefined) {
          cancelGreeting();
          entry = this.greeted(connection, text, identity, remoteAddress);
        } else this.receive(entry, connection, text);
      },
      closed: (reason) => {
        cancelGreeting();
        this.options.log.debug({ reason }, 'a connection ended');
        if (entry !== undefined) this.disconnected(entry, connection);
      },
    };
  }

  private greeted(
    connection: Connection,
    text: string,
    identity: Identity,
    remoteAddress: string,
  ): Entry<C, S, Identity> | undefined {
    try {
      const hello = parseFrame(text);
      if (hello.t !== 'hello') throw new WeftError('WIRE_BAD_MESSAGE', 'The first frame is not hello.');
      return this.open(connection, hello, identity, remoteAddress);
    } catch (error) {
      this.refused(error, remoteAddress);
      connection.close('bad greeting');
      return undefined;
    }
  }

  private open(
    connection: Connection,
    hello: Extract<Frame, { t: 'hello' }>,
    identity: Identity,
    remoteAddress: string,
  ): Entry<C, S, Identity> {
    const known = this.entries.get(hello.session);
    const entry = known ?? this.newEntry(hello.session, identity, remoteAddress);
    entry.cancelExpiry?.();
    entry.cancelExpiry = undefined;
    const previous = entry.connection;
    entry.connection = connection;
    previous?.terminate();

    const send = (frame: Frame): void => {
      connection.send(JSON.stringify(frame));
    };
    const { session } = entry.peer;
    send({ t: 'welcome', resumed: known !== undefined, received: session.received });
    session.attach(send, known === undefined ? 0 : hello.received);
    if (known !== undefined) this.options.onResumed?.(entry.peer);
    return entry;
  }

  private newEntry(sessionId: string, identity: Identity, remoteAddress: string): Entry<C, S, Identity> {
    const { protocol, clock } = this.options;
    const handlers = {} as Handlers<S>;
    const session = new Session<S, C>(sessionId, protocol.name, protocol.server, protocol.client, handlers, clock);
    session.onCallError = (_method, error) => {
      this.refusals.count(error);
    };
    session.onNoticeError = (_method, error) => {
      this.refused(error, remoteAddress);
    };
    const peer: RpcPeer<C, S, Identity> = {
      session,
      identity,
      remoteAddress,
      close: (reason) => {
        this.remove(entry, reason);
      },
    };
    const entry: Entry<C, S, Identity> = { peer, connection: undefined, cancelExpiry: undefined };
    this.entries.set(sessionId, entry);
    Object.assign(handlers, this.options.onSession(peer));
    return entry;
  }

  private receive(entry: Entry<C, S, Identity>, connection: Connection, text: string): void {
    if (entry.connection !== connection) return;
    try {
      entry.peer.session.accept(parseFrame(text));
    } catch (error) {
      this.refused(error, entry.peer.remoteAddress);
      this.remove(entry, asWeftError(error));
    }
  }

  private refused(error: unknown, from: string): void {
    this.refusals.note(this.options.protocol.name, error, from);
  }

  private disconnected(entry: Entry<C, S, Identity>, connection: Connection): void {
    if (entry.connection !== connection) return;
    entry.connection = undefined;
    entry.peer.session.detach();
    entry.cancelExpiry = this.options.clock.after(this.options.resumeWithinMs ?? 30_000, () => {
      this.remove(entry);
    });
    this.options.onDisconnected?.(entry.peer);
  }

  private remove(entry: Entry<C, S, Identity>, reason?: Error): void {
    if (!this.entries.delete(entry.peer.session.id)) return;
    entry.cancelExpiry?.();
    const { connection } = entry;
    entry.connection = undefined;
    entry.peer.session.close(reason);
    connection?.close();
    this.options.onClosed?.(entry.peer);
  }
}
