/** The WebSocket endpoints of NodeManagers and AppMasters: who may connect, and who hears what they say. */
import type { Clock } from '../../runtime/common/clock.js';
import type { ApplicationAttemptId, NodeId } from '../../runtime/common/ids.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import type { Handlers, Methods, RpcServer } from '../../runtime/common/wire/index.js';
import { appMasterProtocol, nodeProtocol } from '../../runtime/common/wire/protocols/index.js';
import type { AppMasterIdentity } from '../apps/appmaster-link.js';
import type { AppMasterService } from '../apps/appmaster-service.js';
import type { ResourceManagerSettings } from '../config/settings.js';
import { hostOf, type NodeIdentity } from '../nodes/node.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { Racks } from '../nodes/racks.js';
import type { TokenService } from '../security/token-service.js';
import type { StateStore } from '../store/state-store.js';

export interface EndpointOptions {
  clock: Clock;
  log: Logger;
  settings: ResourceManagerSettings;
  /** What is answered waits until it is durable there. */
  store: Pick<StateStore, 'durable'>;
  tokens: TokenService;
  nodes: NodeRegistry;
  racks: Pick<Racks, 'of'>;
  appMasters: AppMasterService;
}

export function registerEndpoints(rpc: RpcServer, options: EndpointOptions): void {
  const { clock, log, settings, store, tokens, nodes, racks, appMasters } = options;
  rpc.register<(typeof nodeProtocol)['client'], (typeof nodeProtocol)['server'], NodeIdentity>({
    protocol: nodeProtocol,
    clock,
    log,
    resumeWithinMs: settings.nodeExpiryIntervalMs,
    authenticate: (token) => ({ nodeId: tokens.verifyNode(token, clock.nowMs()) }),
    onSession: (peer) =>
      answeredWhenDurable<(typeof nodeProtocol)['server']>(store, {
        register: async (params) =>
          nodes.register(peer, params, await racks.of(hostOf(peer.identity.nodeId as NodeId))),
        heartbeat: (params) => {
          nodes.heartbeat(peer, params);
          return {};
        },
        unregister: () => {
          nodes.unregister(peer);
          return {};
        },
      }),
    onDisconnected: (peer) => {
      nodes.disconnected(peer);
    },
    onResumed: (peer) => {
      nodes.resumed(peer);
    },
    onClosed: (peer) => {
      nodes.closed(peer);
    },
  });
  rpc.register<(typeof appMasterProtocol)['client'], (typeof appMasterProtocol)['server'], AppMasterIdentity>({
    protocol: appMasterProtocol,
    clock,
    log,
    resumeWithinMs: settings.appMasterExpiryIntervalMs,
    authenticate: (token) => {
      const claims = tokens.verifyAttempt(token, clock.nowMs());
      const attemptId = claims.subject as ApplicationAttemptId;
      appMasters.admit(attemptId);
      return { attemptId, claims };
    },
    onSession: (peer) => answeredWhenDurable<(typeof appMasterProtocol)['server']>(store, appMasters.handlersFor(peer)),
    onClosed: (peer) => {
      appMasters.closed(peer);
    },
  });
}

/** Nobody is told what may be lost, or what another leader has overruled. */
function answeredWhenDurable<M extends Methods>(
  store: Pick<StateStore, 'durable'>,
  handlers: Handlers<M>,
): Handlers<M> {
  type Handler = (params: unknown) => unknown;
  const wrapped = Object.entries(handlers as Record<string, Handler>).map(([method, handle]): [string, Handler] => [
    method,
    async (params) => {
      const result = await handle(params);
      await store.durable();
      return result;
    },
  ]);
  return Object.fromEntries(wrapped) as Handlers<M>;
}
