/** The tree of queues, for those who look at it: pages, the command line, REST. */
import type { QueueFacts, QueueView } from '../queue-view.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { CapacityQueue } from './queues/queue.js';

export function queueTreeOf(queue: CapacityQueue): QueueView {
  const { path, name, state, isLeaf, main, containers, reservedContainers } = queue;
  const children = isLeaf ? [] : [...queue.children.values()].map(queueTreeOf);
  const sum = (of: (child: QueueView) => number): number => children.reduce((total, child) => total + of(child), 0);
  return {
    ...{ path, name, state, isLeaf, containers, reservedContainers, children },
    ...{ used: main.used, reserved: main.reserved, pending: main.pending, pendingContainers: main.pendingContainers },
    activeApplications: isLeaf ? queue.active.size : sum((child) => child.activeApplications),
    pendingApplications: isLeaf ? waitingIn(queue) : sum((child) => child.pendingApplications),
    guaranteed: main.guaranteed,
    maximum: main.maximum,
  };
}

export function queueFactsOf(queue: CapacityQueue, label: string): QueueFacts {
  const own = queue.partition(label);
  const capacity = queue.config.partitions.get(label)?.capacity;
  const facts = {
    ...{ state: queue.state, used: own.used, pending: own.pending, reserved: own.reserved, am: own.amUsed },
    ...{ usedCapacity: own.usedCapacity, absoluteUsedCapacity: own.absoluteUsedCapacity },
    ...{ absoluteCapacity: own.absoluteCapacity, absoluteMaximumCapacity: own.absoluteMaximumCapacity },
    ...(capacity?.kind === 'weight'
      ? { capacity: 0, weight: capacity.weight }
      : { capacity: own.capacity, weight: -1 }),
    ...{ effectiveMin: own.guaranteed, effectiveMax: own.maximum },
    // Hadoop counts those of the main partition only.
    ...{ containers: queue.main.containers, preemptedContainers: queue.preemptedContainers },
  };
  if (!queue.isLeaf) return facts;
  const leaf = queue;
  return {
    ...facts,
    // Hadoop does not count those here that the limit of parallel applications holds back.
    ...{ activeApps: leaf.active.size, pendingApps: leaf.pending.items.length },
    ...{ amLimit: own.amLimit, userAmLimit: leaf.userAmLimit(label, 1) },
    ...{ maxApplications: leaf.maximumApplications, maxApplicationsPerUser: leaf.maximumApplicationsPerUser },
  };
}

function waitingIn({ pending, applications, runnableApplications }: LeafQueue): number {
  return pending.items.length + applications - runnableApplications;
}
