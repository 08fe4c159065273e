/** What a scenario can look at, under the names that it uses. */
import type { QueueFacts } from '../../resourcemanager/scheduler/index.js';
import type { SimulatedCluster } from './simulated-cluster.js';

type Facts = Record<string, unknown>;

/** Shares are rounded in more than one place, in Hadoop and here. */
const ROUNDED = /^(effective|fairShare|steadyFairShare|amLimit|userAmLimit)/;

export function applicationFacts(cluster: SimulatedCluster, name: string): Facts {
  const application = cluster.applications.get(name);
  const usage = application && cluster.scheduler.usage(application.id);
  // As Hadoop tells it: what runs on nodes with a label, or is asked of them, is not in the amounts.
  const amounts = application && cluster.scheduler.usage(application.id, '');
  if (application === undefined || usage === undefined || amounts === undefined) return { state: 'gone' };
  const nodeNames = new Map([...cluster.nodes].map(([node, id]) => [id, node]));
  const byNode: Record<string, number> = {};
  for (const { nodeId } of application.containers.values()) {
    const node = nodeNames.get(nodeId) ?? nodeId;
    byNode[node] = (byNode[node] ?? 0) + 1;
  }
  const { containers, reservedContainers, pendingContainers, queue, isActive } = usage;
  const { used, reserved, pending } = amounts;
  return {
    ...{ containers, reservedContainers, pendingContainers, queue, containersByNode: byNode },
    state: isActive ? 'active' : 'pending',
    ...flattened({ used, reserved, pending, headroom: application.headroom }),
    ...flattened(cluster.scheduler.applicationFacts(application.id)),
  };
}

/** @param name `root.a`, or `root.a@label` */
export function queueFacts(cluster: SimulatedCluster, name: string): Facts {
  const [queue = '', label = ''] = name.split('@');
  const facts = cluster.scheduler.queueFacts(queue, label);
  return facts === undefined ? { state: 'absent' } : flattened(facts);
}

export function nodeFacts(cluster: SimulatedCluster, name: string): Facts {
  const id = cluster.nodes.get(name);
  const usage = id && cluster.scheduler.nodeUsage(id);
  if (usage === undefined) return { state: 'absent' };
  const reserver = [...cluster.applications].find(([, application]) => application.id === usage.reservedBy);
  const { used, free, reserved, containers } = usage;
  return {
    ...{ state: 'RUNNING', containers: containers.length, reservedBy: reserver?.[0] ?? 'none' },
    ...flattened({ used, avail: free, reserved }),
  };
}

/** As Hadoop's root queue counts: nodes with a label are in the total, but what they run and are asked for is not told. */
export function clusterFacts(cluster: SimulatedCluster): Facts {
  const { capacity, used, containers, pendingContainers, reservedContainers } = cluster.scheduler.totals('');
  return {
    ...flattened({ total: cluster.scheduler.totals().capacity }),
    allocatedMemory: used.memoryMb,
    allocatedContainers: containers,
    ...{ pendingContainers, reservedContainers },
    availableMemory: capacity.memoryMb - used.memoryMb,
  };
}

/** Compares only what is wanted. @returns where the first difference is, and what */
export function firstDifference(path: string, wanted: unknown, got: unknown): string | undefined {
  if (typeof wanted === 'object' && wanted !== null) {
    for (const [name, value] of Object.entries(wanted)) {
      const member: unknown = typeof got === 'object' && got !== null ? Reflect.get(got, name) : undefined;
      const difference = firstDifference(`${path}/${name}`, value, member);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (typeof wanted === 'number' && typeof got === 'number') {
    const tolerance = ROUNDED.test(path.slice(path.lastIndexOf('/') + 1)) ? 1 : 0.001;
    if (Math.abs(wanted - got) <= tolerance) return undefined;
  } else if (String(wanted) === String(got)) return undefined;
  return `${path}: expected ${String(wanted)}, got ${String(got)}`;
}

/** `{used: {memoryMb, vcores}}` as `usedMemory` and `usedVcores`. */
function flattened(facts: QueueFacts): Facts {
  const flat: Facts = {};
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === 'object' && value !== null) {
      const { memoryMb, vcores } = value;
      flat[`${name}Memory`] = memoryMb;
      flat[`${name}Vcores`] = vcores;
    } else flat[name] = value;
  }
  return flat;
}
