/**
 * Where AppMasters start and stop containers. A connection is let in by any container token of this cluster, even one
 * that has expired, because it only says whose containers they are; to start a container takes its own valid token.
 */
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { applicationOfContainer, parseContainerId, type ApplicationId } from '../../runtime/common/ids.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { verifyToken, type TokenClaims } from '../../runtime/common/security/token.js';
import type { Handlers } from '../../runtime/common/wire/protocol.js';
import type { Resource } from '../../runtime/common/wire/protocols/shared.js';
import { containerProtocol } from '../../runtime/common/wire/protocols/appmaster-nodemanager.js';
import { EXIT_STATUS } from '../../runtime/common/wire/protocols/exit-reason.js';
import type { RpcPeer, RpcServer } from '../../runtime/common/wire/server.js';
import type { ContainerManager } from '../containers/container-manager.js';
import { stoppedBy } from '../containers/exit-reason.js';

export interface ContainerEndpointOptions {
  readonly containers: ContainerManager;
  readonly clock: Clock;
  readonly log: Logger;
  /** Keys that the ResourceManager signs container tokens with now. */
  tokenKeys(): readonly string[];
  /** The same and earlier ones: enough to recognise a connection. */
  knownKeys(): readonly string[];
  nodeId(): string;
}

type Peer = RpcPeer<typeof containerProtocol.client, typeof containerProtocol.server, ApplicationId>;

export function registerContainerEndpoint(rpc: RpcServer, options: ContainerEndpointOptions): void {
  const peers = new Set<Peer>();
  rpc.register({
    protocol: containerProtocol,
    clock: options.clock,
    log: options.log,
    authenticate: (token) => {
      // The time 0 leaves the expiry out of account.
      const claims = verifyToken(options.knownKeys(), 'container', token, 0);
      return applicationOfContainer(parseContainerId(claims.subject));
    },
    onSession: (peer) => {
      peers.add(peer);
      return handlers(peer.identity, options);
    },
    onClosed: (peer) => {
      peers.delete(peer);
    },
  });
  options.containers.onChange((record) => {
    const status = options.containers.status(record);
    for (const peer of peers) {
      if (peer.identity === record.applicationId) peer.session.notify('containerStatus', status);
    }
  });
}

function handlers(
  applicationId: ApplicationId,
  options: ContainerEndpointOptions,
): Handlers<typeof containerProtocol.server> {
  const { clock, containers } = options;
  return {
    startContainer: async ({ token, context }) => {
      const claims = verifyToken(options.tokenKeys(), 'container', token, clock.nowMs());
      const spec = allocationOf(claims, applicationId, options.nodeId());
      await containers.start({ ...spec, context });
      return {};
    },
    stopContainer: ({ containerId, reason }) => {
      if (applicationOfContainer(parseContainerId(containerId)) === applicationId) {
        containers.stop(containerId, stoppedBy('appmaster', EXIT_STATUS.stoppedByAppMaster, reason));
      }
      return {};
    },
  };
}

/** What the token vouches for. @throws CONTAINER_NOT_ALLOCATED */
function allocationOf(
  { subject, container: allocated }: TokenClaims,
  applicationId: ApplicationId,
  nodeId: string,
): { containerId: string; user: string; resource: Resource } {
  const containerId = parseContainerId(subject);
  if (applicationOfContainer(containerId) !== applicationId) {
    throw new WeftError('CONTAINER_NOT_ALLOCATED', `${containerId} does not belong to ${applicationId}.`);
  }
  if (allocated === undefined) {
    throw new WeftError('CONTAINER_NOT_ALLOCATED', `The token of ${containerId} does not say what it was given.`);
  }
  if (allocated.nodeId !== nodeId) {
    throw new WeftError(
      'CONTAINER_NOT_ALLOCATED',
      `${containerId} was allocated on ${allocated.nodeId}, not ${nodeId}.`,
    );
  }
  return { containerId, user: allocated.user, resource: allocated.resource };
}
