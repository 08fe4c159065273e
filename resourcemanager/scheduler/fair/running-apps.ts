/** `maxRunningApps`: how many applications of a queue, of the queues above it, and of a user run at a time. */
import { SortedList } from '../sorted-list.js';
import type { FairApplication } from './application.js';
import type { FairContext } from './context.js';
import type { LeafQueue } from './queues/leaf-queue.js';

export class RunningApps {
  /** Applications that wait for others to end, the earliest first. */
  private readonly held = new SortedList<FairApplication>((a, b) => a.submissionOrder - b.submissionOrder);
  private readonly ofUsers = new Map<string, number>();

  constructor(private readonly context: FairContext) {}

  admit(application: FairApplication): void {
    if (this.obstacle(application.leaf, application.user) === undefined) this.count(application, true);
    else this.held.add(application);
  }

  /** The application has ended or leaves its queue: others may run now. */
  withdraw(application: FairApplication): void {
    this.held.remove(application);
    if (!application.isRunnable) return;
    this.count(application, false);
    this.releaseHeld();
  }

  /** Those that may run, in the order in which they came. */
  releaseHeld(): void {
    for (const application of [...this.held.items]) {
      if (this.obstacle(application.leaf, application.user) !== undefined) continue;
      this.held.remove(application);
      this.count(application, true);
    }
  }

  /** The limit that holds the user's applications in the queue back, with the numbers. */
  obstacle(leaf: LeafQueue, user: string): { of: string; running: number; limit: number } | undefined {
    for (const queue of leaf.lineage) {
      const { maxRunningApps: limit } = queue.config;
      if (queue.runnableApplications >= limit) return { of: queue.path, running: queue.runnableApplications, limit };
    }
    const { maxRunningAppsOfUsers, maxRunningAppsPerUser } = this.context.settings;
    const limit = maxRunningAppsOfUsers.get(user) ?? maxRunningAppsPerUser;
    const running = this.ofUsers.get(user) ?? 0;
    return running >= limit ? { of: `user ${user}`, running, limit } : undefined;
  }

  private count(application: FairApplication, isRunnable: boolean): void {
    const { user, leaf } = application;
    this.ofUsers.set(user, (this.ofUsers.get(user) ?? 0) + (isRunnable ? 1 : -1));
    leaf.setRunnable(application, isRunnable);
  }
}
