/**
 * The only source of sockets of the control plane: who opens connections and listens gets it injected, as it gets its clock, so
 * that a simulation can stand in for it.
 */
import type { FastifyInstance } from 'fastify';
import type { Dial } from '../wire/connection.js';
import type { RpcServer } from '../wire/server.js';
import { dialWebSocket } from '../wire/websocket.js';
import { FrontedServer } from './fronted-server.js';
import { startHttpServer, type HttpServerOptions } from './server.js';

/** What a server answers. */
export interface Answers {
  /** Adds the routes of the REST API and pages; called before listening. A network without HTTP leaves them out. */
  readonly routes: (app: FastifyInstance) => void | Promise<void>;
  /** Adds the endpoints of the wire protocols; called before listening. */
  readonly endpoints: (rpc: RpcServer) => void;
}

export interface ListenOptions extends Omit<HttpServerOptions, 'configure'>, Answers {}

export interface Listener {
  /** `http://host:port`. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, closes every session and connection. */
  close(): Promise<void>;
}

/** Answers that are ready to be given. */
export interface Front {
  /** Ends every session. */
  close(): void;
}

/** Stays while what it answers is exchanged as a whole; until something is shown it answers nothing. */
export interface FrontedListener extends Listener {
  prepare(answers: Answers): Promise<Front>;
  /** Answers with this front from now on. The one before is its owner's to close. */
  show(front: Front): void;
}

export interface Network {
  readonly dial: Dial;
  /** @throws PORT_TAKEN when no port of the range is free. */
  listen(options: ListenOptions): Promise<Listener>;
  /** @throws PORT_TAKEN when no port of the range is free. */
  front(options: Omit<ListenOptions, keyof Answers>): Promise<FrontedListener>;
}

/** The sockets of this machine. */
export const systemNetwork: Network = {
  dial: dialWebSocket,
  listen: ({ routes, endpoints, ...options }) =>
    startHttpServer({
      ...options,
      configure: async (app, rpc) => {
        await routes(app);
        endpoints(rpc);
      },
    }),
  front: (options) => FrontedServer.listen(options),
};
