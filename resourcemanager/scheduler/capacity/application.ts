/** An application in a leaf queue of the Capacity scheduler. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import { SchedulerApplication, type ApplicationDescription } from '../application.js';
import type { LeafQueue } from './queues/leaf-queue.js';

export class CapacityApplication extends SchedulerApplication {
  /**
   * `held`: too many applications run already. `pending`: its AppMaster does not fit into the share for AppMasters.
   * `active`: it takes part.
   */
  state: 'held' | 'pending' | 'active' = 'held';
  /** It makes its user compete for the queue: it asked while an application of the user was active, and wants more still. */
  makesUserActive = false;
  /** What its place in a queue with fair ordering depends on. */
  magnitude = 0;
  /** What its AppMaster counts as. */
  readonly amSize: Resource;

  constructor(
    description: ApplicationDescription,
    public leaf: LeafQueue,
    amSize: Resource,
  ) {
    super(description);
    this.amSize = amSize;
  }

  /** The partition that its AppMaster runs in. */
  get amLabel(): string {
    return this.label ?? this.leaf.config.defaultLabel;
  }
}
