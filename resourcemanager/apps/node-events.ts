/** What happens on nodes, as it concerns applications. */
import type { ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import { EXIT_STATUS, type ContainerStatus, type ExitReason } from '../../runtime/common/wire/protocols/index.js';
import type { NodeListener } from '../nodes/node-registry.js';
import { isGone, type Node } from '../nodes/node.js';
import { isEnded } from './application.js';
import type { ApplicationRegistry } from './application-registry.js';
import type { ApplicationsManager } from './applications-manager.js';
import type { ContainerLedger } from './container-ledger.js';
import { withNode } from './exits.js';

export class NodeEvents implements NodeListener {
  constructor(
    private readonly applications: ApplicationRegistry,
    private readonly containers: ContainerLedger,
    private readonly manager: ApplicationsManager,
  ) {}

  containerReported(node: NodeId, status: ContainerStatus): boolean {
    const container = this.containers.get(status.containerId as ContainerId);
    if (container?.nodeId !== node) return false;
    if (status.state === 'COMPLETE') {
      const unknown: ExitReason = {
        kind: 'unknown',
        exitStatus: EXIT_STATUS.invalid,
        diagnostics: 'The node gave no reason.',
      };
      this.manager.containers.ended(container, 'complete', status.exit ?? unknown);
    } else if (status.state === 'RUNNING') this.manager.containers.started(container);
    return true;
  }

  containersMissing(node: NodeId, reported: ReadonlySet<string>): void {
    for (const container of this.containers.ofNode(node)) {
      // One that was never seen there may be about to be started.
      if (container.state !== 'RUNNING' || reported.has(container.id)) continue;
      const diagnostics = `Its node ${node} was restarted and no longer runs it.`;
      this.manager.containers.ended(container, 'complete', withNode(diagnostics));
    }
  }

  nodeLost(node: NodeId, exit: ExitReason): void {
    for (const container of this.containers.ofNode(node)) this.manager.containers.ended(container, 'kill', exit);
  }

  nodeChanged(node: Node): void {
    if (node.state === 'RUNNING') this.manager.attempts.launchOn(node.id);
    const state = isGone(node) ? 'LOST' : node.state === 'SUSPECT' ? 'SUSPECT' : 'RUNNING';
    for (const application of this.applications.all()) {
      const { record, link } = application;
      if (isEnded(record.state) || !record.nodes.includes(node.id)) continue;
      link.nodeUpdate({ nodeId: node.id, state, httpAddress: node.httpAddress });
    }
  }

  hasEnded(application: ApplicationId): boolean {
    return isEnded(this.applications.get(application)?.record.state ?? 'FINISHED');
  }

  isIdle(node: NodeId): boolean {
    return this.containers.ofNode(node).length === 0;
  }
}
