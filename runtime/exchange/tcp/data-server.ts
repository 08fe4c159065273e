import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../common/clock.js';
import { WeftError } from '../../common/errors/index.js';
import type { Logger } from '../../common/log/logger.js';
import type { Refusals } from '../../common/security/refusals.js';
import type { DataAddress } from '../types.js';
import { ProducerSession, type SessionHost } from './producer-session.js';

/** Who has not introduced itself by then is shut out. */
const HELLO_TIMEOUT_MS = 10_000;
/** Most connections that have not introduced themselves. */
const MAX_STRANGERS = 256;

/** The TaskManager's data port. A connection that breaks the protocol is closed and counted; nothing else notices. */
export class DataServer {
  private readonly server: Server;
  private readonly sessions = new Set<ProducerSession>();

  constructor(
    private readonly host: SessionHost & { onSessionClosed(session: ProducerSession): void },
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly refusals: Refusals,
  ) {
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
  }

  /** @throws PORT_TAKEN */
  listen(host: string, port: number): Promise<DataAddress> {
    return new Promise((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        const message = `The data port ${host}:${port} cannot be opened: ${error.message}.`;
        reject(new WeftError('PORT_TAKEN', message, { cause: error }));
      });
      this.server.listen({ host, port }, () => {
        const address = this.server.address();
        resolve({ host, port: typeof address === 'object' && address !== null ? address.port : port });
      });
    });
  }

  close(): Promise<void> {
    for (const session of this.sessions) session.socket.destroy();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private accept(socket: Socket): void {
    const session = new ProducerSession(socket, this.host);
    const strangers = [...this.sessions].filter((other) => other.hello === undefined).length;
    const remote = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    socket.on('error', (error) => this.log.debug({ err: error, remote }, 'data connection failed'));
    if (strangers >= MAX_STRANGERS) {
      const message = `More than ${MAX_STRANGERS} data connections have not introduced themselves.`;
      this.refusals.note('data port', new WeftError('HTTP_TOO_MANY_STRANGERS', message), remote);
      socket.destroy();
      return;
    }
    this.sessions.add(session);
    const refuse = (error: unknown) => {
      this.refusals.note('data port', error, remote);
      socket.destroy();
    };
    const cancelTimeout = this.clock.after(HELLO_TIMEOUT_MS, () => {
      if (session.hello === undefined) {
        refuse(new WeftError('HTTP_TOO_SLOW', 'The peer did not introduce itself in time.'));
      }
    });
    socket.on('data', (chunk) => {
      try {
        session.receive(chunk);
      } catch (error) {
        refuse(error);
      }
    });
    socket.on('close', () => {
      cancelTimeout();
      this.sessions.delete(session);
      session.lose();
      this.host.onSessionClosed(session);
    });
  }
}
