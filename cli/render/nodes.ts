/** Nodes as text, in the form that `yarn node` gave them. */
import type { NodeReport } from '../client/application-report.js';

export function renderNodes(nodes: readonly NodeReport[], showDetails: boolean): string {
  const lines = nodes.flatMap((node) => {
    const { id, state, nodeHTTPAddress, numContainers } = node;
    const line = [
      id.padStart(16),
      state.padStart(15),
      nodeHTTPAddress.padStart(17),
      String(numContainers).padStart(28),
    ];
    return showDetails ? [line.join('\t'), ...detailsOf(node)] : line.join('\t');
  });
  const head = ['         Node-Id', '     Node-State', 'Node-Http-Address', 'Number-of-Running-Containers'].join('\t');
  return [`Total Nodes:${nodes.length}`, head, ...lines].join('\n');
}

function detailsOf(node: NodeReport): string[] {
  return [
    'Detailed Node Information :',
    `\tConfigured Resources : ${sum(node)}`,
    `\tAllocated Resources : ${used(node)}`,
    `\tNode-Labels : ${labelsOf(node)}`,
  ];
}

export function renderNode(node: NodeReport): string {
  const rows: [string, string | number][] = [
    ['Node-Id', node.id],
    ['Rack', node.rack],
    ['Node-State', node.state],
    ['Node-Http-Address', node.nodeHTTPAddress],
    ['Last-Health-Update', new Date(node.lastHealthUpdate).toISOString()],
    ['Health-Report', node.healthReport],
    ['Containers', node.numContainers],
    ['Memory-Used', `${node.usedMemoryMB}MB`],
    ['Memory-Capacity', `${node.usedMemoryMB + node.availMemoryMB}MB`],
    ['CPU-Used', `${node.usedVirtualCores} vcores`],
    ['CPU-Capacity', `${node.usedVirtualCores + node.availableVirtualCores} vcores`],
    ['Node-Labels', labelsOf(node)],
  ];
  return ['Node Report : ', ...rows.map(([name, value]) => `\t${name} : ${value}`)].join('\n');
}

function sum({ usedMemoryMB, availMemoryMB, usedVirtualCores, availableVirtualCores }: NodeReport): string {
  return `<memory:${usedMemoryMB + availMemoryMB}, vCores:${usedVirtualCores + availableVirtualCores}>`;
}

function used({ usedMemoryMB, usedVirtualCores }: NodeReport): string {
  return `<memory:${usedMemoryMB}, vCores:${usedVirtualCores}>`;
}

function labelsOf({ nodeLabels = [] }: NodeReport): string {
  return nodeLabels.join(',');
}
