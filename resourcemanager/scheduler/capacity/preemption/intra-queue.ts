/**
 * Preemption within a queue: for applications of higher priority, and for users below their limit while others of the
 * same queue are above theirs.
 */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, describe, floored, isNothing, lower, map, subtract } from '../../resources.js';
import type { CapacityApplication } from '../application.js';
import type { PreemptionConfig } from '../config/preemption-config.js';
import type { LeafQueue } from '../queues/leaf-queue.js';
import type { QueueShare } from './ideal.js';

export interface IntraQueueDue {
  readonly application: CapacityApplication;
  readonly due: Resource;
  readonly reason: string;
}

interface ApplicationShare {
  readonly application: CapacityApplication;
  readonly used: Resource;
  readonly pending: Resource;
  ideal: Resource;
}

/** What applications of the queue have to give up for others of it. */
export function intraQueueDue(
  share: QueueShare,
  label: string,
  config: PreemptionConfig['intraQueue'],
): IntraQueueDue[] {
  const leaf = share.queue as LeafQueue;
  if (leaf.config.intraQueuePreemptionDisabled || isNothing(share.pending)) return [];
  const { calculator } = leaf.context;
  const total = leaf.context.totalOf(label);
  const threshold = map(share.guaranteed, (value) => Math.floor(value * config.minimumThreshold));
  if (calculator.compare(total, share.used, threshold) < 0) return [];
  const applications = idealOf(leaf, label, share.used, config.order === 'userlimit_first');
  let allowed = map(share.used, (value) => Math.floor(value * config.maximumAllowance));
  const dues: IntraQueueDue[] = [];
  for (const each of applications.reverse()) {
    const surplus = floored(subtract(each.used, each.ideal));
    const due = lower(surplus, allowed);
    if (calculator.compare(total, due, NOTHING) <= 0) continue;
    allowed = subtract(allowed, due);
    const reason =
      `${each.application.applicationId} uses ${describe(each.used)} in ${leaf.path}; applications of higher priority, or of ` +
      `users below their limit, ask for more, which leaves it ${describe(each.ideal)}.`;
    dues.push({ application: each.application, due, reason });
  }
  return dues;
}

/** What the queue uses, dealt out anew in the order of priority, each user up to its limit. */
function idealOf(leaf: LeafQueue, label: string, available: Resource, byUsers: boolean): ApplicationShare[] {
  const shares = [...leaf.active]
    .map((application): ApplicationShare => ({
      application,
      used: usedIn(application, label),
      pending: application.asks.pendingWith(label),
      ideal: NOTHING,
    }))
    .sort((a, b) => b.application.priority - a.application.priority || compareSubmission(a, b));
  const left = new Map<string, Resource>();
  let unassigned = available;
  for (const share of shares) {
    const user = leaf.userOf(share.application);
    const ofUser = left.get(user.name) ?? leaf.users.limitOf(user, label, 'respected');
    const wanted = lower(add(share.used, share.pending), unassigned);
    // By priority alone a user's limit binds only what it asks for anew.
    const most = byUsers ? ofUser : add(share.used, floored(subtract(ofUser, share.used)));
    share.ideal = floored(lower(wanted, most));
    left.set(user.name, floored(subtract(ofUser, share.ideal)));
    unassigned = floored(subtract(unassigned, share.ideal));
  }
  return shares;
}

function usedIn({ containers }: CapacityApplication, label: string): Resource {
  let used = NOTHING;
  for (const { node, resource } of containers.values()) if (node.label === label) used = add(used, resource);
  return used;
}

function compareSubmission(a: ApplicationShare, b: ApplicationShare): number {
  return a.application.submissionOrder - b.application.submissionOrder;
}
