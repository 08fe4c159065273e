/** The tree of queues in one partition, as preemption looks at it. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, floored, lower, subtract } from '../../resources.js';
import type { LeafQueue } from '../queues/leaf-queue.js';
import type { CapacityQueue } from '../queues/queue.js';
import type { QueueShare } from './ideal.js';

export function snapshotOf(queue: CapacityQueue, label: string): QueueShare {
  const children = queue.isLeaf ? [] : [...queue.children.values()].map((child) => snapshotOf(child, label));
  const { used, reserved, guaranteed, maximum } = queue.partition(label);
  const pending = queue.isLeaf
    ? pendingWithinUserLimits(queue, label)
    : children.reduce((sum, child) => add(sum, child.pending), NOTHING);
  return {
    ...{ queue, children, used, reserved, pending, guaranteed, maximum },
    isUntouchable: queue.config.preemptionDisabled,
    ...{ untouchable: NOTHING, ideal: NOTHING, toPreempt: NOTHING },
  };
}

/** What active applications ask for, as far as their users may have it. */
function pendingWithinUserLimits(leaf: LeafQueue, label: string): Resource {
  const headrooms = new Map<string, Resource>();
  let pending = NOTHING;
  for (const application of leaf.active) {
    const user = leaf.userOf(application);
    const headroom =
      headrooms.get(user.name) ?? floored(subtract(leaf.users.limitOf(user, label, 'respected'), user.usedOf(label)));
    const wanted = lower(application.asks.pendingWith(label), headroom);
    headrooms.set(user.name, subtract(headroom, wanted));
    pending = add(pending, wanted);
  }
  return pending;
}
