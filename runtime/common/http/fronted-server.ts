/**
 * A server whose port stays while what answers on it is exchanged as a whole: a ResourceManager that leads has other routes
 * and endpoints than one that stands by.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { systemClock } from '../clock.js';
import { Refusals } from '../security/refusals.js';
import type { Answers, Front, FrontedListener } from './network.js';
import { buildApp, listenOnFree, portOf, type HttpServerOptions } from './server.js';
import { limitStrangers, serverOptions } from './strangers.js';

type Options = Omit<HttpServerOptions, 'configure'> & { refusals: Refusals };

/** A front over HTTP: a server that does not listen, which is handed what came in elsewhere. */
interface HttpFront extends Front {
  readonly server: Server;
}

export class FrontedServer implements FrontedListener {
  private shown: HttpFront | undefined;

  private constructor(
    private readonly server: Server,
    private readonly options: Options,
    readonly port: number,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.shown === undefined) response.writeHead(503).end();
      else this.shown.server.emit('request', request, response);
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (this.shown === undefined) socket.destroy();
      else this.shown.server.emit('upgrade', request, socket, head);
    });
    // Somebody listens to these here, so Node leaves the answer to whoever listens.
    server.on('clientError', (error: Error, socket: Duplex) => {
      if (this.shown === undefined)
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', () => socket.destroy());
      else this.shown.server.emit('clientError', error, socket);
    });
  }

  /** @throws PORT_TAKEN */
  static async listen(given: Omit<HttpServerOptions, 'configure'>): Promise<FrontedServer> {
    const options = { ...given, refusals: given.refusals ?? new Refusals(systemClock, given.log) };
    const { host = '127.0.0.1' } = options;
    const server = createServer(serverOptions(options.patience));
    limitStrangers(server, options.refusals);
    const port = await listenOnFree(host, options.port, async (candidate) => {
      server.listen(candidate, host);
      await once(server, 'listening');
      return portOf(server);
    });
    const fronted = new FrontedServer(server, options, port);
    options.log.info({ url: fronted.url }, 'listening');
    return fronted;
  }

  get url(): string {
    return `http://${this.options.advertisedHost ?? this.options.host ?? '127.0.0.1'}:${this.port}`;
  }

  async prepare({ routes, endpoints }: Answers): Promise<HttpFront> {
    const { app, rpc } = await buildApp({
      ...this.options,
      configure: async (added, server) => {
        await routes(added);
        endpoints(server);
      },
    });
    await app.ready();
    return {
      server: app.server,
      close() {
        rpc.close();
        void app.close();
      },
    };
  }

  show(front: HttpFront): void {
    this.shown = front;
  }

  async close(): Promise<void> {
    this.shown = undefined;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
