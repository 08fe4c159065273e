import type { ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import type { ExitReason, LaunchContext, Resource, SignalCommand } from '../../runtime/common/wire/protocols/index.js';

/** What the ApplicationsManager asks of nodes. A node that is not connected hears it when it registers again. */
export interface NodeCommands {
  /** `http://host:port` of the node's server; empty for a node that is gone. */
  httpAddressOf(node: NodeId): string;
  isConnected(node: NodeId): boolean;
  /** Resolves when the process runs. @throws WIRE_CLOSED, WIRE_TIMEOUT, or what the NodeManager says */
  startContainer(
    node: NodeId,
    start: { containerId: ContainerId; user: string; resource: Resource; context: LaunchContext },
  ): Promise<void>;
  /** @param exit why it ends, as it is counted here */
  stopContainer(node: NodeId, containerId: ContainerId, exit: ExitReason): void;
  signalContainer(node: NodeId, containerId: ContainerId, command: SignalCommand): void;
  applicationFinished(node: NodeId, applicationId: ApplicationId): void;
}
