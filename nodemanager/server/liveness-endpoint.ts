/** Where the processes of containers hold on to their NodeManager: proof of its life, and the way to announce a stop. */
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { livenessProtocol } from '../../runtime/common/wire/protocols/container-nodemanager.js';
import type { RpcPeer, RpcServer } from '../../runtime/common/wire/server.js';
import type { ContainerManager } from '../containers/container-manager.js';

export interface LivenessEndpointOptions {
  readonly containers: ContainerManager;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a process may go on without us. */
  nodeLossTimeoutMs(): number;
}

type Peer = RpcPeer<typeof livenessProtocol.client, typeof livenessProtocol.server, string>;

export function registerLivenessEndpoint(rpc: RpcServer, options: LivenessEndpointOptions): void {
  const peers = new Set<Peer>();
  rpc.register({
    protocol: livenessProtocol,
    clock: options.clock,
    log: options.log,
    authenticate: (token) => {
      const record = options.containers.list().find((candidate) => candidate.livenessToken === token);
      if (record === undefined || record.state === 'COMPLETE') {
        throw new WeftError('AUTH_BAD_TOKEN', 'No running container of this node has this liveness token.');
      }
      return record.containerId;
    },
    onSession: (peer) => {
      peers.add(peer);
      return {
        hello: ({ memoryPlan }) => {
          if (memoryPlan !== undefined) options.containers.noteMemoryPlan(peer.identity, memoryPlan);
          return { nodeLossTimeoutMs: options.nodeLossTimeoutMs() };
        },
        ping: () => ({}),
      };
    },
    onClosed: (peer) => {
      peers.delete(peer);
    },
  });
  options.containers.onStopping((record, reason) => {
    for (const peer of peers) if (peer.identity === record.containerId) peer.session.notify('stop', { reason });
  });
}
