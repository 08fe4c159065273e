/** The connecting edge of a protocol: opens a connection, greets, and reconnects by itself with growing pauses. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';
import { WeftError } from '../errors/index.js';
import { addressesOf } from '../http/addresses.js';
import type { Logger } from '../log/logger.js';
import type { Connection, Dial } from './connection.js';
import { parseFrame, type Frame } from './frames.js';
import type { Handlers, Methods, Protocol } from './protocol.js';
import { Session } from './session.js';
import { dialWebSocket } from './websocket.js';

export interface ClientOptions<C extends Methods, S extends Methods> {
  protocol: Protocol<C, S>;
  /**
   * `http://host:port` of the server, asked anew before each attempt, because a restarted server may have moved. Of several,
   * separated by commas, one serves at a time: they are tried in turn.
   */
  address: () => string | Promise<string>;
  /** The bearer token, asked anew before each attempt, because tokens roll. */
  token?: () => string | undefined;
  handlers: Handlers<C>;
  /** Opens connections. @default over WebSockets */
  dial?: Dial;
  clock: Clock;
  log: Logger;
  /**
   * The connection is up. `resumed` is false the first time and whenever the server has forgotten the session (it was
   * restarted): the client must then register again.
   */
  onConnected?(resumed: boolean): void;
  /** The connection broke; it is being opened again. */
  onDisconnected?(): void;
  /** The server refused the token: no further attempt is made. */
  onRefused?(error: WeftError): void;
  /** First pause between attempts; doubled up to `maxBackoffMs`. @default 50 */
  initialBackoffMs?: number;
  /** @default 1000 */
  maxBackoffMs?: number;
  /** An attempt that takes longer is given up. @default 5000, or 1000 where there is another address to try */
  connectTimeoutMs?: number;
}

/** How long a peer may be away before that is worth a line in the log, and how long until the next one. */
const AWAY_NOTICE_MS = 3000;
const AWAY_AGAIN_MS = 60_000;

export class RpcClient<C extends Methods, S extends Methods> {
  readonly session: Session<C, S>;
  private connection: Connection | undefined;
  private backoffMs: number;
  private cancelRetry: (() => void) | undefined;
  private addresses = 1;
  /** Which of several addresses is tried. */
  private turn = 0;
  private everConnected = false;
  private stopped = false;
  private away: { sinceMs: number; noticeAtMs: number } | undefined;

  constructor(private readonly options: ClientOptions<C, S>) {
    const { protocol, handlers, clock } = options;
    this.backoffMs = options.initialBackoffMs ?? 50;
    this.session = new Session(
      randomBytes(12).toString('hex'),
      protocol.name,
      protocol.client,
      protocol.server,
      handlers,
      clock,
    );
    this.session.onNoticeError = (method, error) => {
      options.log.warn({ err: error, method, protocol: protocol.name }, 'a message could not be handled');
    };
  }

  /** Starts connecting; returns at once. */
  start(): this {
    void this.connect();
    return this;
  }

  /** Drops a connection that looks dead (silent past its timeout) and opens a new one at once. */
  reconnect(): void {
    this.backoffMs = this.options.initialBackoffMs ?? 50;
    this.connection?.terminate();
  }

  /** Closes for good. Frames already handed to the connection still leave. */
  close(): void {
    this.stopped = true;
    this.cancelRetry?.();
    this.session.close();
    this.connection?.close();
    this.connection = undefined;
  }

  private async connect(): Promise<void> {
    try {
      const addresses = addressesOf(await this.options.address());
      this.addresses = addresses.length;
      if (!this.stopped) this.open(addresses[this.turn % addresses.length] ?? '');
    } catch (error) {
      this.options.log.debug({ err: error, protocol: this.options.protocol.name }, 'no address to connect to yet');
      this.retryLater(messageOf(error));
    }
  }

  private open(address: string): void {
    const patienceMs = this.addresses > 1 ? 1000 : 5000;
    const { protocol, clock, connectTimeoutMs: timeoutMs = patienceMs, dial = dialWebSocket } = this.options;
    const request = { address, path: protocol.path, token: this.options.token?.(), timeoutMs };
    let isGreeted = false;
    const connection = dial(request, {
      opened: () => {
        const hello: Frame = { t: 'hello', session: this.session.id, received: this.session.received };
        connection.send(JSON.stringify(hello));
      },
      message: (text) => {
        cancelGreeting();
        if (isGreeted) this.receive(connection, text);
        else this.welcomed(connection, text);
        isGreeted = true;
      },
      refused: (status) => {
        cancelGreeting();
        this.refused(connection, status);
      },
      closed: (reason) => {
        cancelGreeting();
        this.options.log.debug({ reason, protocol: protocol.name }, 'the connection ended');
        this.disconnected(connection, reason);
      },
    });
    this.connection = connection;
    const cancelGreeting = clock.after(timeoutMs, () => {
      connection.terminate();
    });
  }

  private welcomed(connection: Connection, text: string): void {
    if (connection !== this.connection) return;
    try {
      const welcome = parseFrame(text);
      if (welcome.t !== 'welcome') throw new WeftError('WIRE_BAD_MESSAGE', 'The server did not greet.');
      const resumed = welcome.resumed && this.everConnected;
      if (!resumed && this.everConnected) this.session.reset();
      this.everConnected = true;
      this.away = undefined;
      this.backoffMs = this.options.initialBackoffMs ?? 50;
      const send = (frame: Frame): void => {
        connection.send(JSON.stringify(frame));
      };
      // Registration must be the first thing a server that forgot us hears, before anything that was queued meanwhile.
      if (!resumed) this.options.onConnected?.(false);
      this.session.attach(send, welcome.received);
      if (resumed) this.options.onConnected?.(true);
    } catch (error) {
      this.options.log.warn(
        { err: error, protocol: this.options.protocol.name },
        'dropped a connection with bad frames',
      );
      connection.terminate();
    }
  }

  private receive(connection: Connection, text: string): void {
    if (connection !== this.connection) return;
    try {
      this.session.accept(parseFrame(text));
    } catch (error) {
      this.options.log.warn(
        { err: error, protocol: this.options.protocol.name },
        'dropped a connection with bad frames',
      );
      connection.terminate();
    }
  }

  private refused(connection: Connection, status: number): void {
    if (connection !== this.connection) return;
    this.connection = undefined;
    if (status !== 401) {
      this.retryLater(`it answered ${status}`);
      return;
    }
    const error = new WeftError('AUTH_BAD_TOKEN', `${this.options.protocol.name}: the server refused our token.`);
    this.stopped = true;
    this.session.close(error);
    this.options.onRefused?.(error);
  }

  private disconnected(connection: Connection, reason: string): void {
    if (connection !== this.connection) return;
    this.connection = undefined;
    const wasConnected = this.session.connected;
    this.session.detach();
    if (this.stopped) return;
    if (wasConnected) this.options.onDisconnected?.();
    this.retryLater(reason);
  }

  private retryLater(reason: string): void {
    if (this.stopped) return;
    this.noticeAway(reason);
    const { clock, initialBackoffMs = 50, maxBackoffMs = 1000 } = this.options;
    // Pauses grow once all addresses have been tried.
    const isRoundOver = ++this.turn % this.addresses === 0;
    this.cancelRetry = clock.after(isRoundOver ? this.backoffMs : initialBackoffMs, () => {
      void this.connect();
    });
    if (isRoundOver) this.backoffMs = Math.min(this.backoffMs * 2, maxBackoffMs);
  }

  private noticeAway(reason: string): void {
    const { clock, log, protocol } = this.options;
    const nowMs = clock.monotonicMs();
    this.away ??= { sinceMs: nowMs, noticeAtMs: nowMs + AWAY_NOTICE_MS };
    if (nowMs < this.away.noticeAtMs) return;
    this.away.noticeAtMs = nowMs + AWAY_AGAIN_MS;
    const awayS = Math.round((nowMs - this.away.sinceMs) / 1000);
    log.warn(
      { protocol: protocol.name, reason },
      `the peer cannot be reached for ${awayS} s; it is tried again and again`,
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== ''
    ? error.message
    : ((error as NodeJS.ErrnoException).code ?? String(error));
}
