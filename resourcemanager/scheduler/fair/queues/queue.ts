/** What leaf queues and the queues above them have in common: limits, shares, and what is used below them. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, equals, floored, upper } from '../../resources.js';
import type { QueueConfig } from '../config/queue-config.js';
import type { FairContext } from '../context.js';
import type { SharingPolicy } from '../sharing/sharing-policy.js';
import type { Schedulable } from '../sharing/shares.js';
import type { LeafQueue } from './leaf-queue.js';
import type { ParentQueue } from './parent-queue.js';

export type FairQueue = LeafQueue | ParentQueue;

export abstract class QueueBase implements Schedulable {
  abstract readonly isLeaf: boolean;
  /** This queue, the one above it, and so on up to the root. */
  readonly lineage: readonly QueueBase[];
  readonly startOrder = 0;
  usage: Resource = NOTHING;
  reserved: Resource = NOTHING;
  reservedContainers = 0;
  containers = 0;
  /** As of the last update, not above the maximum. */
  demand: Resource = NOTHING;
  /** Containers that its runnable applications ask for. */
  pendingContainers = 0;
  runnableApplications = 0;
  fairShare: Resource = NOTHING;
  steadyFairShare: Resource = NOTHING;
  preemptedContainers = 0;
  private limits: { cluster: Resource; minShare: Resource; maxShare: Resource } | undefined;

  constructor(
    readonly context: FairContext,
    readonly parent: ParentQueue | undefined,
    private current: QueueConfig,
    /** The file does not name it: it goes once nothing runs in it. */
    public isDynamic: boolean,
  ) {
    this.lineage = [this, ...(parent?.lineage ?? [])];
  }

  get path(): string {
    return this.current.path;
  }

  /** What ties are broken by. */
  get name(): string {
    return this.current.path;
  }

  get config(): QueueConfig {
    return this.current;
  }

  set config(config: QueueConfig) {
    this.current = config;
    this.limits = undefined;
  }

  get weight(): number {
    return this.current.weight;
  }

  get policy(): SharingPolicy {
    return this.current.policy;
  }

  get isActive(): boolean {
    return this.runnableApplications > 0;
  }

  get minShare(): Resource {
    return this.limitsNow().minShare;
  }

  /** Never below the minimum share. */
  get maxShare(): Resource {
    return this.limitsNow().maxShare;
  }

  /** Largest container, where it or a queue above sets one. */
  get maxContainer(): Resource | undefined {
    return this.current.maxContainer ?? this.parent?.maxContainer;
  }

  get minShareTimeoutMs(): number {
    return this.current.minShareTimeoutMs ?? this.parent?.minShareTimeoutMs ?? Number.POSITIVE_INFINITY;
  }

  get fairShareTimeoutMs(): number {
    return this.current.fairShareTimeoutMs ?? this.parent?.fairShareTimeoutMs ?? Number.POSITIVE_INFINITY;
  }

  get fairShareThreshold(): number {
    return this.current.fairShareThreshold ?? this.parent?.fairShareThreshold ?? 0.5;
  }

  /** Whether what runs in it may give way to others. */
  get isPreemptable(): boolean {
    return this.current.allowsPreemption && (this.parent?.isPreemptable ?? true);
  }

  abstract updateDemand(): void;
  abstract shareOut(): void;
  abstract shareOutSteadily(): void;
  /** The order of what is below has to be worked out from nothing. */
  abstract rebuildOrder(): void;

  changeUsage(change: Resource, containers: number): void {
    for (const queue of this.lineage) {
      queue.containers += containers;
      const usage = add(queue.usage, change);
      if (queue.parent === undefined) queue.usage = usage;
      else queue.parent.reorder(queue as FairQueue, () => (queue.usage = usage));
    }
  }

  changeReserved(change: Resource, containers: number): void {
    for (const queue of this.lineage) {
      queue.reserved = add(queue.reserved, change);
      queue.reservedContainers += containers;
    }
  }

  /** @param first what is asked for; a queue that wanted nothing at the last update counts as wanting this */
  changePending(containers: number, first: Resource): void {
    for (const queue of this.lineage) {
      const before = queue.pendingContainers;
      queue.pendingContainers += containers;
      if (containers > 0 && equals(queue.demand, NOTHING)) {
        const wants = (): Resource => (queue.demand = floored(first));
        if (queue.parent === undefined) wants();
        else queue.parent.reorder(queue as FairQueue, wants);
      }
      if (before === 0 || queue.pendingContainers === 0) queue.parent?.noteDemand(queue as FairQueue);
    }
  }

  /** Whether so much more stays within the maximum; types that it does not name are unlimited. */
  hasRoomFor({ memoryMb, vcores, others }: Resource): boolean {
    const { usage, maxShare } = this;
    if (usage.memoryMb + memoryMb > maxShare.memoryMb || usage.vcores + vcores > maxShare.vcores) return false;
    for (const name in maxShare.others) {
      if ((usage.others?.[name] ?? 0) + (others?.[name] ?? 0) > (maxShare.others[name] ?? 0)) return false;
    }
    return true;
  }

  private limitsNow(): { minShare: Resource; maxShare: Resource } {
    const { cluster } = this.context;
    if (this.limits?.cluster === cluster) return this.limits;
    const minShare = this.current.minShare(cluster);
    const maxShare = upper(this.current.maxShare(cluster), minShare);
    this.limits = { cluster, minShare, maxShare };
    return this.limits;
  }
}
