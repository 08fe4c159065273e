/** A queue that applications are in. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { DOMINANT_CALCULATOR } from '../../calculator.js';
import { NOTHING, add, floored, isNothing, lower, map, subtract } from '../../resources.js';
import { SortedList } from '../../sorted-list.js';
import type { FairApplication } from '../application.js';
import type { QueueConfig } from '../config/queue-config.js';
import { QueueBase } from './queue.js';

export class LeafQueue extends QueueBase {
  readonly isLeaf = true;
  readonly applications = new Set<FairApplication>();
  readonly runnable = new Set<FairApplication>();
  /** What AppMasters use. */
  amUsage: Resource = NOTHING;
  /** What they might at the last look. */
  amLimit: Resource = NOTHING;
  lastAtMinShareMs: number | undefined;
  /** Runnable ones that ask for something, who is served first first. */
  private waiting = this.emptyOrder(this.config);

  get inOrder(): readonly FairApplication[] {
    return this.waiting.items;
  }

  addApplication(application: FairApplication): void {
    this.applications.add(application);
  }

  removeApplication(application: FairApplication): void {
    this.applications.delete(application);
  }

  changeApplicationUsage(application: FairApplication, change: Resource, containers: number): void {
    this.waiting.reorder(application, () => (application.usage = add(application.usage, change)));
    this.changeUsage(change, containers);
  }

  setRunnable(application: FairApplication, isRunnable: boolean): void {
    if (application.isRunnable === isRunnable) return;
    const { pendingContainers, pendingResource } = application.asks;
    application.isRunnable = isRunnable;
    if (isRunnable) this.runnable.add(application);
    else this.runnable.delete(application);
    for (const queue of this.lineage) queue.runnableApplications += isRunnable ? 1 : -1;
    if (pendingContainers > 0) this.changePending(isRunnable ? pendingContainers : -pendingContainers, pendingResource);
    this.noteWaiting(application);
  }

  /** The application asks for so many containers more, or fewer. */
  changeDemand(application: FairApplication, size: Resource, containers: number): void {
    if (application.isRunnable) this.changePending(containers, size);
    if (containers > 0 && isNothing(application.demand)) {
      this.waiting.reorder(application, () => (application.demand = size));
    }
    const { pendingContainers } = application.asks;
    if (pendingContainers === 0 || pendingContainers === containers) this.noteWaiting(application);
  }

  rebuildOrder(): void {
    this.waiting = this.emptyOrder(this.config);
    for (const application of this.runnable) this.noteWaiting(application);
  }

  updateDemand(): void {
    const { sizeBasedWeight } = this.context.settings;
    let sum = NOTHING;
    for (const application of this.applications) {
      const demand = add(application.usage, application.asks.pendingResource);
      application.demand = demand;
      application.weight = sizeBasedWeight ? weightOf(demand) : 1;
      sum = add(sum, demand);
    }
    this.demand = lower(sum, this.maxShare);
  }

  shareOut(): void {
    this.policy.share([...this.runnable], this.fairShare, 'fairShare');
  }

  shareOutSteadily(): void {
    // Applications have no steady share.
  }

  /** What AppMasters may use: a share of the fair share, or of what is free while there is none. */
  amLimitNow(): Resource {
    const { cluster, books } = this.context;
    const free = floored(subtract(cluster, books.nodes.used));
    const { fairShare, maxShare } = this;
    const whole = {
      ...fairShare,
      memoryMb: fairShare.memoryMb === 0 ? Math.min(free.memoryMb, maxShare.memoryMb) : fairShare.memoryMb,
      vcores: fairShare.vcores === 0 ? Math.min(free.vcores, maxShare.vcores) : fairShare.vcores,
    };
    return map(whole, (value) => Math.ceil(value * this.config.maxAmShare));
  }

  /** Whether an AppMaster of this size may start. */
  mayRunAppMaster(size: Resource): boolean {
    if (this.config.maxAmShare === -1) return true;
    this.amLimit = this.amLimitNow();
    return DOMINANT_CALCULATOR.fits(add(this.amUsage, size), this.amLimit);
  }

  private noteWaiting(application: FairApplication): void {
    if (application.isRunnable && application.wantsMore) this.waiting.add(application);
    else this.waiting.remove(application);
  }

  private emptyOrder({ policy }: QueueConfig): SortedList<FairApplication> {
    const { context } = this;
    return new SortedList((a, b) => policy.compare(a, b, context.cluster));
  }
}

/** Larger the more an application asks for and has. */
function weightOf(demand: Resource): number {
  return Math.fround(Math.log1p(demand.memoryMb) / Math.LN2);
}
