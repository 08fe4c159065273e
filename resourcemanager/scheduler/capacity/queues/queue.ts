/** A queue of the Capacity scheduler: what leaves and parents have in common. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, isNothing, subtract } from '../../resources.js';
import type { CapacityContext } from '../context.js';
import type { QueueConfig } from '../config/queue-config.js';
import { ByLabel } from './by-label.js';
import type { LeafQueue } from './leaf-queue.js';
import type { ParentQueue } from './parent-queue.js';
import { PartitionState } from './partition.js';

export type CapacityQueue = LeafQueue | ParentQueue;

export abstract class QueueBase {
  abstract readonly isLeaf: boolean;
  readonly path: string;
  readonly name: string;
  private readonly byLabel = new ByLabel((label) => new PartitionState(label));
  /** The partition of nodes without a label, which nearly all look-ups are for. */
  readonly main = this.byLabel.main;
  containers = 0;
  reservedContainers = 0;
  /** Applications that were submitted and have not ended. */
  applications = 0;
  /** Those that the limit of parallel applications lets run. */
  runnableApplications = 0;
  preemptedContainers = 0;
  /** Its place among its siblings in the file. */
  index = 0;
  /** The queue itself, its parent, and so on up to the root. */
  readonly lineage: readonly QueueBase[];

  constructor(
    readonly context: CapacityContext,
    readonly parent: ParentQueue | undefined,
    public config: QueueConfig,
    /** Made by a submission, not by the file. */
    readonly isDynamic: boolean,
  ) {
    this.path = config.path;
    this.name = config.name;
    this.lineage = [this, ...(parent?.lineage ?? [])];
  }

  partition(label: string): PartitionState {
    return label === '' ? this.main : this.byLabel.of(label);
  }

  /** Every partition that it has to do with, the main one first. */
  get partitions(): PartitionState[] {
    return this.byLabel.all;
  }

  canAccess(label: string): boolean {
    const { accessibleLabels } = this.config;
    return label === '' || accessibleLabels.has('*') || accessibleLabels.has(label);
  }

  /** RUNNING, or on its way from there to STOPPED while applications are left. */
  get state(): 'RUNNING' | 'DRAINING' | 'STOPPED' {
    if (this.config.state === 'RUNNING') return 'RUNNING';
    return this.applications > 0 ? 'DRAINING' : 'STOPPED';
  }

  /** Books what is used here and in all queues above; negative amounts give back. */
  changeUsed(label: string, change: Resource, containers: number): void {
    for (const queue of this.lineage) {
      const partition = queue.partition(label);
      queue.containers += containers;
      partition.containers += containers;
      if (queue.parent === undefined) {
        partition.used = add(partition.used, change);
        queue.refreshUsedCapacity(partition);
      } else {
        queue.parent.reorder(queue, label, () => {
          partition.used = add(partition.used, change);
          queue.refreshUsedCapacity(partition);
        });
      }
    }
  }

  /** Reserved resources, which count as used as well. */
  changeReserved(label: string, change: Resource, reservations: number): void {
    for (const queue of this.lineage) {
      const partition = queue.partition(label);
      partition.reserved = add(partition.reserved, change);
      queue.reservedContainers += reservations;
    }
  }

  changePending(label: string, change: Resource, containers: number): void {
    for (const queue of this.lineage) {
      const partition = queue.partition(label);
      const before = partition.pendingContainers;
      partition.pending = add(partition.pending, change);
      partition.pendingContainers += containers;
      if (before === 0 || partition.pendingContainers === 0) queue.parent?.noteWanting(queue, label);
    }
  }

  /** Works out anew how much is used in relation to what there is. */
  refreshUsedCapacity(partition: PartitionState): void {
    const { calculator, minimum } = this.context;
    const total = this.context.totalOf(partition.label);
    if (isNothing(total)) {
      partition.usedCapacity = 0;
      partition.absoluteUsedCapacity = 0;
      return;
    }
    const guaranteed = calculator.compare(total, partition.guaranteed, minimum) >= 0 ? partition.guaranteed : minimum;
    partition.usedCapacity = calculator.divide(total, partition.used, guaranteed);
    partition.absoluteUsedCapacity = calculator.divide(total, partition.used, total);
  }

  /** What is left up to its maximum; below zero when it holds more. */
  roomIn(partition: PartitionState): Resource {
    return subtract(partition.maximum, partition.used);
  }
}

/** What a queue may grow to while it is visited, handed down from queue to queue. */
export interface ResourceLimits {
  limit: Resource;
  /** What may still be given in the queue. */
  headroom: Resource;
  /** What siblings that come first must keep, although they cannot use it just now. */
  blocked: Resource;
  /** What the application has to give up of its reservations before it may have more. */
  toUnreserve: Resource;
}

export function limitsOf(limit: Resource): ResourceLimits {
  return { limit, headroom: limit, blocked: NOTHING, toUnreserve: NOTHING };
}
