/** Who may come into a queue, and why not. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import type { Refusal } from '../refusals.js';
import { describe, isNothing } from '../resources.js';
import type { FairApplication } from './application.js';
import type { FairContext } from './context.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { FairQueue, QueueBase } from './queues/queue.js';
import type { RunningApps } from './running-apps.js';

export function mayAccess(
  context: FairContext,
  queue: FairQueue,
  who: { user: string; groups: readonly string[] },
  action: 'submit' | 'administer',
): boolean {
  if (!context.settings.aclEnabled) return true;
  return queue.lineage.some(({ config }) =>
    (action === 'submit' ? config.submitAcl : config.administerAcl).allows(who.user, who.groups),
  );
}

/** A queue, and each above it that the application is not in yet, must have room for what it holds. */
export function moveRefusal(
  application: FairApplication,
  target: LeafQueue,
  runningApps: RunningApps,
): Refusal | undefined {
  const { leaf, isRunnable, usage, user } = application;
  if (!isRunnable || target === leaf) return undefined;
  // As in Hadoop it counts itself where a queue above both or its user is at the limit.
  const obstacle = runningApps.obstacle(target, user);
  if (obstacle !== undefined) {
    const message = `${obstacle.of} runs ${obstacle.running} of at most ${obstacle.limit} applications.`;
    return { gate: 'maximum-parallel-applications', message };
  }
  const shared = new Set<QueueBase>(leaf.lineage);
  for (const queue of target.lineage) {
    if (shared.has(queue)) return undefined;
    if (!queue.hasRoomFor(usage)) {
      const message =
        `The application holds ${describe(usage)}, and ${queue.path} uses ${describe(queue.usage)} of at most ` +
        `${describe(queue.maxShare)}.`;
      return { gate: 'queue-capacity', message };
    }
  }
  return undefined;
}

/** A queue that may have nothing of a resource could never serve who wants some of it. */
export function emptyShareRefusal({ path, maxShare, context }: LeafQueue, size: Resource): Refusal | undefined {
  // A share in percent is nothing until there are nodes.
  if (isNothing(context.cluster)) return undefined;
  const lacks =
    (size.memoryMb > 0 && maxShare.memoryMb === 0 ? 'memory' : undefined) ??
    (size.vcores > 0 && maxShare.vcores === 0 ? 'vcores' : undefined);
  if (lacks === undefined) return undefined;
  const message = `${path} may have no ${lacks} at all (its maxResources are ${describe(maxShare)}).`;
  return { gate: 'queue-capacity', message };
}
