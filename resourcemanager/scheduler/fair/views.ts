/** Queues as people, replays and YARN's REST API look at them. */
import type { QueueFacts, QueueView } from '../queue-view.js';
import { add, lower, NOTHING, UNLIMITED } from '../resources.js';
import { restResource } from '../rest-resource.js';
import type { FairContext } from './context.js';
import type { FairQueue } from './queues/queue.js';

export function queueTreeOf(queue: FairQueue): QueueView {
  const { path, usage, reserved, reservedContainers, containers, runnableApplications, config } = queue;
  const children = queue.isLeaf ? [] : queue.children.map((child) => queueTreeOf(child));
  const pending = queue.isLeaf
    ? [...queue.applications].reduce((sum, { asks }) => add(sum, asks.pendingResource), NOTHING)
    : children.reduce((sum, child) => add(sum, child.pending), NOTHING);
  return {
    ...{ path, name: path.slice(path.lastIndexOf('.') + 1), state: 'RUNNING', isLeaf: config.isLeaf, used: usage },
    ...{ reserved, reservedContainers, containers, pending, pendingContainers: openAsks(queue) },
    ...{ activeApplications: runnableApplications, pendingApplications: heldApplications(queue) },
    ...{ guaranteed: queue.steadyFairShare, maximum: lower(queue.maxShare, queue.context.cluster), children },
  };
}

export function queueFactsOf(queue: FairQueue): QueueFacts {
  const { usage: used, demand, fairShare, steadyFairShare, minShare, maxShare, reserved, weight } = queue;
  const { preemptedContainers, isDynamic: dynamic, policy, runnableApplications: activeApps } = queue;
  return {
    ...{ state: 'RUNNING', policy: policy.restName, used, demand, fairShare, steadyFairShare, minShare, maxShare },
    ...{ reserved, weight, activeApps, pendingApps: heldApplications(queue), preemptedContainers, dynamic },
  };
}

/** `schedulerInfo` of YARN's REST API. */
export function schedulerInfoOf(context: FairContext, root: FairQueue): object {
  return { type: 'fairScheduler', rootQueue: restQueue(context, root) };
}

function restQueue(context: FairContext, queue: FairQueue): object {
  const { books, cluster } = context;
  const { minimum, maximumMemoryMb, maximumVcores } = books.settings;
  const largest = books.nodes.largest() ?? NOTHING;
  const maximum = {
    memoryMb: maximumMemoryMb ?? largest.memoryMb,
    vcores: maximumVcores ?? largest.vcores,
  };
  const shared = {
    maxApps: queue.config.maxRunningApps,
    minResources: restResource(queue.minShare, { minimum, maximum }),
    maxResources: restResource(lower(queue.maxShare, cluster)),
    usedResources: restResource(queue.usage),
    amUsedResources: restResource(queue.isLeaf ? queue.amUsage : NOTHING),
    amMaxResources: restResource(queue.isLeaf ? queue.amLimit : NOTHING),
    demandResources: restResource(queue.demand),
    steadyFairResources: restResource(queue.steadyFairShare),
    fairResources: restResource(queue.fairShare),
    clusterResources: restResource(cluster),
    reservedResources: restResource(queue.reserved),
    maxContainerAllocation: restResource(lower(queue.maxContainer ?? UNLIMITED, maximum)),
    pendingContainers: openAsks(queue),
    allocatedContainers: queue.containers,
    reservedContainers: queue.reservedContainers,
    queueName: queue.path,
    schedulingPolicy: queue.policy.restName,
    preemptable: queue.isPreemptable,
  };
  if (queue.isLeaf) {
    const counts = { numPendingApps: heldApplications(queue), numActiveApps: queue.runnableApplications };
    return { type: 'fairSchedulerLeafQueueInfo', ...shared, ...counts };
  }
  return queue.children.length === 0
    ? shared
    : { ...shared, childQueues: { queue: queue.children.map((child) => restQueue(context, child)) } };
}

/** Containers that its applications ask for, also those that are held back. */
function openAsks(queue: FairQueue): number {
  if (!queue.isLeaf) return queue.children.reduce((sum, child) => sum + openAsks(child), 0);
  return [...queue.applications].reduce((sum, { asks }) => sum + asks.pendingContainers, 0);
}

function heldApplications(queue: FairQueue): number {
  if (!queue.isLeaf) return queue.children.reduce((sum, child) => sum + heldApplications(child), 0);
  return queue.applications.size - queue.runnable.size;
}
