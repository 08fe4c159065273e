/** Whether a queue takes a submission: its state, access lists and the number of its applications. */
import type { Refusal } from '../refusals.js';
import type { CapacityContext } from './context.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { QueueBase } from './queues/queue.js';

/** Allowed if the queue or any queue above it allows it, or to administrators of the cluster. */
export function mayAccess(
  { configuration }: CapacityContext,
  queue: QueueBase,
  user: string,
  groups: readonly string[],
  action: 'submit' | 'administer',
): boolean {
  if (!configuration.aclEnabled || configuration.administrators.allows(user, groups)) return true;
  for (const each of queue.lineage) {
    const { submitters, administrators } = each.config;
    const list = action === 'submit' ? submitters : administrators;
    // Where the root says nothing, everybody may.
    if (list?.allows(user, groups) ?? each.parent === undefined) return true;
  }
  return false;
}

/** Why the queue does not take one more application of the user. */
export function admissionRefusal(leaf: LeafQueue, user: string): Refusal | undefined {
  for (const queue of leaf.lineage) {
    if (queue.state === 'RUNNING') continue;
    return { gate: 'queue-state', message: `The queue ${queue.path} is ${queue.state}: it takes no applications.` };
  }
  // Queues that were made on demand have no such limit in Hadoop, since their capacity says nothing.
  if (leaf.isDynamic) return undefined;
  const { maximumApplications: most, maximumApplicationsPerUser: mostPerUser } = leaf;
  if (leaf.applications >= most) {
    const message = `The queue ${leaf.path} has ${leaf.applications} applications already, and ${most} is the limit.`;
    return { gate: 'maximum-applications', message };
  }
  const ofUser = leaf.applicationsOf(user);
  if (ofUser < mostPerUser) return undefined;
  const message = `The queue ${leaf.path} has ${ofUser} applications of ${user} already, and ${mostPerUser} is the limit.`;
  return { gate: 'maximum-applications', message };
}
