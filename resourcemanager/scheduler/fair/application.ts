/** An application under the Fair scheduler. */
import type { ContainerId } from '../../../runtime/common/ids.js';
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import { SchedulerApplication, type ApplicationDescription } from '../application.js';
import type { AskGroup, Locality } from '../ask-table.js';
import { NOTHING, UNLIMITED, add, isNothing } from '../resources.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { Schedulable } from './sharing/shares.js';

export class FairApplication extends SchedulerApplication implements Schedulable {
  readonly minShare = NOTHING;
  readonly maxShare = UNLIMITED;
  readonly isActive = true;
  readonly name: string;
  /** As the order of its queue knows it: changed only there. */
  usage: Resource = NOTHING;
  /** What it holds and asks for, as of the last update; the order of its queue depends on it. */
  demand: Resource = NOTHING;
  fairShare: Resource = NOTHING;
  weight = 1;
  /** Not held back by the number of applications of its queues or user. */
  isRunnable = false;
  /** How far from the wanted places a group may go by now. */
  readonly allowed = new WeakMap<AskGroup, Locality>();
  /** Containers that give way to others, and what they hold together. */
  readonly givingWay = new Set<ContainerId>();
  lastAtFairShareMs: number;
  /** What it lacks, of its fair share and of its queue's minimum, at the last look. */
  fairShareStarvation: Resource = NOTHING;
  minShareStarvation: Resource = NOTHING;
  /** No look at its starvation before. */
  nextStarvationCheckMs = Number.NEGATIVE_INFINITY;

  constructor(
    description: ApplicationDescription,
    public leaf: LeafQueue,
    nowMs: number,
  ) {
    // Hadoop's Fair scheduler heeds no priorities.
    super({ ...description, priority: 0 });
    this.name = description.applicationId;
    this.lastAtFairShareMs = nowMs;
  }

  get startOrder(): number {
    return this.submissionOrder;
  }

  get wantsMore(): boolean {
    return this.asks.pendingContainers > 0;
  }

  /** Whether its next container will be its AppMaster's. */
  get awaitsAppMaster(): boolean {
    return this.amResource !== undefined && !this.hasAppMaster;
  }

  /** Whether it has less than its fair share, or its queue lacks of its minimum: others reserve nothing. */
  get isStarved(): boolean {
    const { policy, context } = this.leaf;
    return (
      policy.calculator.compareLargest(context.cluster, this.usage, this.fairShare) < 0 ||
      !isNothing(this.minShareStarvation)
    );
  }

  get starvation(): Resource {
    return add(this.fairShareStarvation, this.minShareStarvation);
  }
}
