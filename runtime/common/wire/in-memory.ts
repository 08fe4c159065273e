/** A protocol without a socket, for roles that share a process (`-t local`, `node job.js`, tests): same sessions, same checks. */
import type { Clock } from '../clock.js';
import type { Logger } from '../log/logger.js';
import type { Frame } from './frames.js';
import type { Handlers, Methods, Protocol } from './protocol.js';
import type { RpcPeer } from './server.js';
import { Session } from './session.js';

export interface InMemoryOptions<C extends Methods, S extends Methods, Identity> {
  protocol: Protocol<C, S>;
  clock: Clock;
  log: Logger;
  identity: Identity;
  clientHandlers: Handlers<C>;
  /** The server's side, as `EndpointOptions.onSession`. */
  accept(peer: RpcPeer<C, S, Identity>): Handlers<S>;
  onClosed?(peer: RpcPeer<C, S, Identity>): void;
}

let connections = 0;

/** Connects both ends and returns the client's session. */
export function connectInMemory<C extends Methods, S extends Methods, Identity>(
  options: InMemoryOptions<C, S, Identity>,
): Session<C, S> {
  const { protocol, clock, log } = options;
  const id = `in-memory-${++connections}`;
  const client = new Session<C, S>(id, protocol.name, protocol.client, protocol.server, options.clientHandlers, clock);
  const serverHandlers = {} as Handlers<S>;
  const server = new Session<S, C>(id, protocol.name, protocol.server, protocol.client, serverHandlers, clock);
  for (const session of [client, server]) {
    session.onNoticeError = (method, error) => {
      log.warn({ err: error, method, protocol: protocol.name }, 'a message could not be handled');
    };
  }
  const peer: RpcPeer<C, S, Identity> = {
    session: server,
    identity: options.identity,
    remoteAddress: 'in-memory',
    close: (reason) => {
      server.close(reason);
      client.close(reason);
      options.onClosed?.(peer);
    },
  };
  Object.assign(serverHandlers, options.accept(peer));
  // JSON keeps both ends from sharing objects; a microtask keeps the order of calls as on a socket.
  const deliverTo = (target: { accept(frame: Frame): void }) => (frame: Frame) => {
    const text = JSON.stringify(frame);
    queueMicrotask(() => {
      target.accept(JSON.parse(text) as Frame);
    });
  };
  client.attach(deliverTo(server), 0);
  server.attach(deliverTo(client), 0);
  return client;
}
