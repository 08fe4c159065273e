/** `yarn-session -q`: what the cluster has to offer. */
import type { NodeReport } from '../client/application-report.js';
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';

export interface ClusterQuery {
  nodes: NodeReport[];
  queues: { name: string; capacity: number; maxCapacity: number; applications: number }[];
}

export async function queryCluster(client: ResourceManagerClient): Promise<ClusterQuery> {
  const [nodes, scheduler] = await Promise.all([client.nodes(), client.scheduler()]);
  return { nodes: nodes.filter(({ state }) => state === 'RUNNING'), queues: queuesOf(scheduler) };
}

/** In Flink's form. */
export function renderQuery({ nodes, queues }: ClusterQuery): string {
  const row = (name: string, value: string | number): string => `|${name.padEnd(16)} |${value}`;
  const memory = nodes.reduce((sum, node) => sum + node.usedMemoryMB + node.availMemoryMB, 0);
  const cores = nodes.reduce((sum, node) => sum + node.usedVirtualCores + node.availableVirtualCores, 0);
  return [
    `NodeManagers in the ClusterClient ${nodes.length}`,
    row('Property', 'Value'),
    ...nodes.flatMap((node) => [
      '+---------------------------------------+',
      row('NodeID', node.id),
      row('Memory', `${node.usedMemoryMB + node.availMemoryMB} MB`),
      row('vCores', node.usedVirtualCores + node.availableVirtualCores),
      row('HealthReport', node.healthReport),
      row('Containers', node.numContainers),
    ]),
    '+---------------------------------------+',
    `Summary: totalMemory ${memory} totalCores ${cores}`,
    ...queues.map(
      ({ name, capacity, maxCapacity, applications }) =>
        `Queue: ${name}, Current Capacity: ${capacity} Max Capacity: ${maxCapacity} Applications: ${applications}`,
    ),
  ].join('\n');
}

/** FIFO reports one queue; Fair and Capacity a tree. */
function queuesOf(info: Record<string, unknown>): ClusterQuery['queues'] {
  const found: ClusterQuery['queues'] = [];
  const visit = (queue: Record<string, unknown>): void => {
    found.push({
      name: text(queue['queueName']) ?? text(queue['qname']) ?? 'default',
      capacity: number(queue['capacity']),
      maxCapacity: number(queue['maxCapacity'] ?? queue['capacity']),
      applications: number(queue['numApplications'] ?? queue['numActiveApps']),
    });
    const children = (queue['queues'] ?? queue['childQueues']) as { queue?: unknown } | undefined;
    if (Array.isArray(children?.queue)) for (const child of children.queue) visit(child as Record<string, unknown>);
  };
  visit((info['rootQueue'] as Record<string, unknown> | undefined) ?? info);
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
