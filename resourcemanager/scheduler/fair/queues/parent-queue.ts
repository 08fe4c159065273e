/** A queue with queues below it. */
import { NOTHING, add, lower } from '../../resources.js';
import { SortedList } from '../../sorted-list.js';
import type { QueueConfig } from '../config/queue-config.js';
import { QueueBase, type FairQueue } from './queue.js';

export class ParentQueue extends QueueBase {
  readonly isLeaf = false;
  readonly children: FairQueue[] = [];
  /** Those in which something is asked for, who is served first first. */
  private waiting = this.emptyOrder(this.config);

  get inOrder(): readonly FairQueue[] {
    return this.waiting.items;
  }

  reorder(child: FairQueue, change: () => void): void {
    this.waiting.reorder(child, change);
  }

  noteDemand(child: FairQueue): void {
    if (child.pendingContainers > 0) this.waiting.add(child);
    else this.waiting.remove(child);
  }

  rebuildOrder(): void {
    this.waiting = this.emptyOrder(this.config);
    for (const child of this.children) {
      child.rebuildOrder();
      this.noteDemand(child);
    }
  }

  updateDemand(): void {
    let sum = NOTHING;
    for (const child of this.children) {
      child.updateDemand();
      sum = add(sum, child.demand);
    }
    this.demand = lower(sum, this.maxShare);
  }

  shareOut(): void {
    this.policy.share(this.children, this.fairShare, 'fairShare');
    for (const child of this.children) child.shareOut();
  }

  shareOutSteadily(): void {
    this.policy.share(this.children, this.steadyFairShare, 'steadyFairShare');
    for (const child of this.children) child.shareOutSteadily();
  }

  private emptyOrder({ policy }: QueueConfig): SortedList<FairQueue> {
    const { context } = this;
    return new SortedList((a, b) => policy.compare(a, b, context.cluster));
  }
}
