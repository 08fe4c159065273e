/** A queue with queues below it: in which order those are served. */
import { SortedList } from '../../sorted-list.js';
import { QueueBase, type CapacityQueue } from './queue.js';

export class ParentQueue extends QueueBase {
  readonly isLeaf = false;
  readonly children = new Map<string, CapacityQueue>();
  /** Children with open asks, by label, the one to be served first first: kept in order with every change. */
  private readonly wanting = new Map<string, SortedList<CapacityQueue>>();

  add(child: CapacityQueue): void {
    child.index = this.children.size;
    this.children.set(child.name, child);
  }

  remove(child: CapacityQueue): void {
    for (const list of this.wanting.values()) list.remove(child);
    this.children.delete(child.name);
  }

  /** The children that want containers of the label, the least served first. */
  inOrder(label: string): readonly CapacityQueue[] {
    return this.wanting.get(label)?.items ?? [];
  }

  /** The children that want containers without a label, in the order of what they use of this one. */
  inOrderOf(label: string): CapacityQueue[] {
    return this.inOrder('').toSorted(this.compareIn(label));
  }

  /** Makes a change to a child that its place depends on. */
  reorder(child: QueueBase, label: string, change: () => void): void {
    const list = this.wanting.get(label);
    if (list === undefined) change();
    else list.reorder(child as CapacityQueue, change);
  }

  /** A child has open asks of the label, or has none any more. */
  noteWanting(child: QueueBase, label: string): void {
    let list = this.wanting.get(label);
    if (list === undefined) {
      list = new SortedList(this.compareIn(label));
      this.wanting.set(label, list);
    }
    if (child.partition(label).pendingContainers > 0) list.add(child as CapacityQueue);
    else list.remove(child as CapacityQueue);
  }

  /** After capacities, priorities or the order in the file have changed. */
  rebuildOrder(change: () => void): void {
    this.wanting.clear();
    change();
    for (const child of this.children.values()) {
      for (const { label, pendingContainers } of child.partitions) {
        if (pendingContainers > 0) this.noteWanting(child, label);
      }
    }
  }

  /**
   * The least used in relation to its guarantee first. By priority, where that is heeded: who is below its guarantee
   * before who is not, then the higher priority. Then the larger guarantee, then the order of the file.
   */
  private compareIn(label: string): (a: CapacityQueue, b: CapacityQueue) => number {
    return (one, two) => {
      const [a, b] = [one.partition(label), two.partition(label)];
      const byUse = a.usedCapacity - b.usedCapacity;
      if (this.config.heedsQueuePriority && one.config.priority !== two.config.priority) {
        const isSameSide = a.usedCapacity < 1 === b.usedCapacity < 1;
        return isSameSide ? two.config.priority - one.config.priority : byUse;
      }
      return byUse || b.absoluteCapacity - a.absoluteCapacity || one.index - two.index;
    };
  }
}
