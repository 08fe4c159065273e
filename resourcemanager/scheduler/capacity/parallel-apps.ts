/** `max-parallel-apps`: how many applications of a queue, of the queues above it, and of a user run at a time. */
import type { CapacityApplication } from './application.js';
import type { CapacityContext } from './context.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import { SortedList } from '../sorted-list.js';

export class ParallelApps {
  /** Applications that wait for others to end, the earliest first. */
  private readonly held = new SortedList<CapacityApplication>((a, b) => a.submissionOrder - b.submissionOrder);
  private readonly runnable = new Set<CapacityApplication>();
  private readonly ofUsers = new Map<string, number>();

  constructor(private readonly context: CapacityContext) {}

  /** Lets the application wait for its AppMaster's turn, or holds it until others have ended. */
  admit(application: CapacityApplication): void {
    if (this.obstacle(application) === undefined) this.release(application);
    else this.held.add(application);
  }

  /** The application has ended or leaves its queue: others may run now. */
  withdraw(application: CapacityApplication): void {
    const { leaf } = application;
    if (this.held.remove(application)) leaf.activatePending();
    if (!this.runnable.delete(application)) return;
    this.count(application, -1);
    leaf.withdraw(application);
    this.releaseHeld();
  }

  /** The application changes its queue: who runs goes on, whatever the limits there, and others may run in its place. */
  move(application: CapacityApplication, change: () => void): void {
    const runs = this.runnable.has(application);
    const waits = this.held.remove(application);
    if (runs) {
      this.count(application, -1);
      application.leaf.withdraw(application);
    }
    change();
    if (runs) {
      this.count(application, 1);
      application.leaf.admitRunnable(application);
    } else if (waits) this.admit(application);
    this.releaseHeld();
  }

  /** Limits may have been raised. */
  releaseHeld(): void {
    for (const application of [...this.held.items]) {
      if (this.obstacle(application) !== undefined) continue;
      this.held.remove(application);
      this.release(application);
    }
  }

  /** The limit that holds the application back, with the numbers. */
  obstacle({ leaf, user }: CapacityApplication): { of: string; running: number; limit: number } | undefined {
    for (const queue of leaf.lineage) {
      const { maxParallelApps } = queue.config;
      if (queue.runnableApplications >= maxParallelApps) {
        return { of: queue.path, running: queue.runnableApplications, limit: maxParallelApps };
      }
    }
    const { maxParallelAppsOfUsers, maxParallelAppsPerUser } = this.context.configuration;
    const limit = maxParallelAppsOfUsers.get(user) ?? maxParallelAppsPerUser;
    const running = this.ofUsers.get(user) ?? 0;
    return running >= limit ? { of: `user ${user}`, running, limit } : undefined;
  }

  private release(application: CapacityApplication): void {
    this.runnable.add(application);
    this.count(application, 1);
    application.leaf.admitRunnable(application);
  }

  private count({ leaf, user }: { leaf: LeafQueue; user: string }, change: 1 | -1): void {
    for (const queue of leaf.lineage) {
      queue.runnableApplications += change;
    }
    this.ofUsers.set(user, (this.ofUsers.get(user) ?? 0) + change);
  }
}
