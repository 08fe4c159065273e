/** What the HTTP servers of all roles have in common: fastify with our logger, clear errors, and WebSocket upgrades. */
import type { Server } from 'node:http';
import { fastify, type FastifyInstance } from 'fastify';
import { systemClock } from '../clock.js';
import { WeftError } from '../errors/index.js';
import type { Logger } from '../log/logger.js';
import { Refusals } from '../security/refusals.js';
import { RpcServer } from '../wire/server.js';
import { acceptWebSockets } from '../wire/websocket.js';
import { refuseForeignPages } from './foreign-pages.js';
import { limitStrangers, serverOptions, type Patience } from './strangers.js';

export interface HttpServer {
  readonly app: FastifyInstance;
  readonly rpc: RpcServer;
  /** What this server refused. */
  readonly refusals: Refusals;
  /** `http://host:port`, once listening. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, closes every session and connection. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  /** @default '127.0.0.1': loopback unless told otherwise. */
  host?: string;
  /** One port, or a range of which the first free one is taken. 0 = any free port. */
  port: number | { from: number; to: number };
  log: Logger;
  /** Host that others reach this server by. @default host */
  advertisedHost?: string;
  /** Largest request body, bytes. @default 100 MiB, as Flink's rest.server.max-content-length */
  bodyLimitBytes?: number;
  /** Where refusals are counted. @default those of this server only */
  refusals?: Refusals;
  /** How long requests may take to arrive. @default PATIENCE */
  patience?: Patience;
  /** Adds the routes and endpoints; called before listening. */
  configure(app: FastifyInstance, rpc: RpcServer): void | Promise<void>;
}

/** @throws PORT_TAKEN when no port of the range is free. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const refusals = options.refusals ?? new Refusals(systemClock, options.log);
  const { app, rpc } = await buildApp({ ...options, refusals });
  limitStrangers(app.server, refusals);
  const host = options.host ?? '127.0.0.1';
  const port = await listenOnFree(host, options.port, async (candidate) => {
    await app.listen({ host, port: candidate });
    return portOf(app.server);
  });
  const url = `http://${options.advertisedHost ?? host}:${port}`;
  options.log.info({ url }, 'listening');
  return {
    app,
    rpc,
    refusals,
    url,
    port,
    async close() {
      rpc.close();
      await app.close();
    },
  };
}

/** An app with its routes and endpoints that does not listen yet. */
export async function buildApp(
  options: Pick<HttpServerOptions, 'bodyLimitBytes' | 'patience' | 'configure'> & { refusals: Refusals },
): Promise<Pick<HttpServer, 'app' | 'rpc'>> {
  const { requestTimeout, ...http } = serverOptions(options.patience);
  const app: FastifyInstance = fastify({
    logger: false,
    // What no route is even looked for, such as a broken escape in the path, is answered as every other error.
    frameworkErrors: (error, request, reply) => app.errorHandler(error, request, reply),
    bodyLimit: options.bodyLimitBytes ?? 104_857_600,
    forceCloseConnections: true,
    requestTimeout,
    http,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
  });
  const rpc = new RpcServer(options.refusals);
  acceptWebSockets(app.server, (path, visitor) => rpc.admit(path, visitor));
  refuseForeignPages(app);
  await options.configure(app, rpc);
  return { app, rpc };
}

/** Listens on the first port that is free. @throws PORT_TAKEN */
export async function listenOnFree(
  host: string,
  ports: HttpServerOptions['port'],
  listen: (port: number) => Promise<number>,
): Promise<number> {
  const { from, to } = typeof ports === 'number' ? { from: ports, to: ports } : ports;
  for (let candidate = from; candidate <= to; candidate++) {
    try {
      return await listen(candidate);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    }
  }
  const range = from === to ? String(from) : `${from}-${to}`;
  throw new WeftError('PORT_TAKEN', `${host}:${range} is already in use.`);
}

/** The port that the server has. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
