/** The tree of queues, for those who look at it: pages, the command line, REST. */
import type { QueueView } from '../queue-view.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { ParentQueue } from './queues/parent-queue.js';
import type { CapacityQueue } from './queues/queue.js';

export { schedulerInfoOf } from './rest-view.js';

export function queueTreeOf(queue: CapacityQueue): QueueView {
  const { path, name, state, isLeaf, main, containers, reservedContainers } = queue;
  const children = isLeaf ? [] : [...(queue as ParentQueue).children.values()].map(queueTreeOf);
  const sum = (of: (child: QueueView) => number): number => children.reduce((total, child) => total + of(child), 0);
  return {
    ...{ path, name, state, isLeaf, containers, reservedContainers, children },
    ...{ used: main.used, reserved: main.reserved, pending: main.pending, pendingContainers: main.pendingContainers },
    activeApplications: isLeaf ? (queue as LeafQueue).active.size : sum((child) => child.activeApplications),
    pendingApplications: isLeaf ? waitingIn(queue as LeafQueue) : sum((child) => child.pendingApplications),
    guaranteed: main.guaranteed,
    maximum: main.maximum,
  };
}

function waitingIn({ pending, applications, runnableApplications }: LeafQueue): number {
  return pending.items.length + applications - runnableApplications;
}
