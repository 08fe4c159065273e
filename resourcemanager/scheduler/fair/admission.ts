/** Who may come into a queue, and why not. */
import type { Refusal } from '../refusals.js';
import { describe } from '../resources.js';
import type { FairApplication } from './application.js';
import type { FairContext } from './context.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { FairQueue, QueueBase } from './queues/queue.js';

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
export function moveRefusal(application: FairApplication, target: LeafQueue): Refusal | undefined {
  const { leaf, isRunnable, usage } = application;
  if (!isRunnable || target === leaf) return undefined;
  const shared = new Set<QueueBase>(leaf.lineage);
  for (const queue of target.lineage) {
    if (shared.has(queue)) return undefined;
    const { maxRunningApps } = queue.config;
    if (queue.runnableApplications >= maxRunningApps) {
      const message = `${queue.path} runs ${queue.runnableApplications} of at most ${maxRunningApps} applications.`;
      return { gate: 'maximum-parallel-applications', message };
    }
    if (!queue.hasRoomFor(usage)) {
      const message =
        `The application holds ${describe(usage)}, and ${queue.path} uses ${describe(queue.usage)} of at most ` +
        `${describe(queue.maxShare)}.`;
      return { gate: 'queue-capacity', message };
    }
  }
  return undefined;
}
