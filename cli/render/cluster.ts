/** A cluster as text. */
import Table from 'cli-table3';
import type { WeftHome } from '../../runtime/common/home.js';
import type { ApplicationView, ClusterView, NodeView } from '../cluster/cluster-view.js';

/** What to know after `weft up`. */
export function renderAddresses(home: WeftHome, { resourceManager, nodeManagers }: ClusterView): string {
  const lines = [
    `ResourceManager  ${resourceManager?.url ?? '(none)'}`,
    ...nodeManagers.map((node) => `NodeManager      ${node.url}`),
    `Home             ${home.path}`,
  ];
  return lines.join('\n');
}

export function renderCluster({ resourceManager, nodeManagers, applications }: ClusterView): string {
  const parts = [
    `ResourceManager  ${resourceManager?.url ?? '(none)'}`,
    nodeManagers.length === 0 ? 'No NodeManager has registered.' : nodeTable(nodeManagers),
    applications.length === 0 ? 'No applications.' : applicationTable(applications),
  ];
  return parts.join('\n\n');
}

function nodeTable(nodes: readonly NodeView[]): string {
  const rows = nodes.map((node) => [
    node.nodeId,
    node.state,
    node.url,
    String(node.containers),
    `${node.usedMb} of ${node.totalMb}`,
    `${node.usedVcores} of ${node.totalVcores}`,
  ]);
  return table(['Node', 'State', 'Address', 'Containers', 'Memory, MB', 'Vcores'], rows);
}

function applicationTable(applications: readonly ApplicationView[]): string {
  const rows = applications.map(({ id, name, queue, state, finalStatus, trackingUrl, pendingReason }) => [
    id,
    name,
    queue,
    state,
    finalStatus,
    pendingReason ?? trackingUrl,
  ]);
  return table(['Application', 'Name', 'Queue', 'State', 'Final status', 'Page, or why it waits'], rows);
}

function table(head: string[], rows: string[][]): string {
  const columns = new Table({ head, style: { head: [], border: [], compact: true } });
  columns.push(...rows);
  return columns.toString();
}
