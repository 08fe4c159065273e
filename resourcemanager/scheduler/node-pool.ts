/**
 * Nodes indexed by what is free on them: a tree of maxima over slots, so that finding a node with room costs the
 * logarithm of the number of nodes, not the number of nodes.
 */
import type { SchedulerNode } from './node.js';

const CLOSED = Number.NEGATIVE_INFINITY;

export class NodePool {
  /** Leaves of the tree; a power of two. */
  private width = 1;
  /** Maxima of free memory and free virtual cores per subtree; the root is at 1, the leaves at `width + slot`. */
  private memory = new Float64Array(2).fill(CLOSED);
  private vcores = new Float64Array(2).fill(CLOSED);
  private readonly slots: (SchedulerNode | undefined)[] = [];
  private readonly vacant: number[] = [];
  /** Slots whose leaves are out of date: a pass that looks for no node pays for no tree. */
  private readonly stale = new Set<number>();

  /** @returns the slot by which the node is known here */
  add(node: SchedulerNode): number {
    const slot = this.vacant.pop() ?? this.slots.length;
    this.slots[slot] = node;
    if (slot >= this.width) this.grow();
    this.stale.add(slot);
    return slot;
  }

  remove(slot: number): void {
    this.slots[slot] = undefined;
    this.vacant.push(slot);
    this.stale.add(slot);
  }

  /** What is free on the node, or whether it may be used, has changed. */
  update(slot: number): void {
    this.stale.add(slot);
  }

  /**
   * The node with room that has the most free memory, so that load spreads.
   * @param vcores what must be free of these; −∞ when virtual cores do not count
   */
  find(memoryMb: number, vcores: number, accept: (node: SchedulerNode) => boolean): SchedulerNode | undefined {
    this.refresh();
    return this.descend(1, memoryMb, vcores, accept);
  }

  /** The schedulable node with the most free memory. */
  freest(): SchedulerNode | undefined {
    return this.find(CLOSED, CLOSED, (node) => node.schedulable);
  }

  private descend(
    at: number,
    memoryMb: number,
    vcores: number,
    accept: (node: SchedulerNode) => boolean,
  ): SchedulerNode | undefined {
    if (this.memoryAt(at) < memoryMb || (this.vcores[at] ?? CLOSED) < vcores) return undefined;
    if (at >= this.width) {
      const node = this.slots[at - this.width];
      return node !== undefined && accept(node) ? node : undefined;
    }
    const left = 2 * at;
    const first = this.memoryAt(left) >= this.memoryAt(left + 1) ? left : left + 1;
    const second = first === left ? left + 1 : left;
    const found = this.descend(first, memoryMb, vcores, accept);
    // The other side can only be better where virtual cores or `accept` ruled out this side's freest.
    if (found !== undefined && found.free.memoryMb >= this.memoryAt(second)) return found;
    const other = this.descend(second, memoryMb, vcores, accept);
    return other !== undefined && other.free.memoryMb > (found?.free.memoryMb ?? CLOSED) ? other : found;
  }

  private memoryAt(at: number): number {
    return this.memory[at] ?? CLOSED;
  }

  private refresh(): void {
    for (const slot of this.stale) {
      const node = this.slots[slot];
      if (node?.schedulable === true && node.reservation === undefined) {
        this.setLeaf(slot, node.free.memoryMb, node.free.vcores);
      } else this.setLeaf(slot, CLOSED, CLOSED);
    }
    this.stale.clear();
  }

  private setLeaf(slot: number, memoryMb: number, vcores: number): void {
    let at = this.width + slot;
    this.memory[at] = memoryMb;
    this.vcores[at] = vcores;
    for (at >>= 1; at >= 1; at >>= 1) {
      this.memory[at] = Math.max(this.memoryAt(2 * at), this.memoryAt(2 * at + 1));
      this.vcores[at] = Math.max(this.vcores[2 * at] ?? CLOSED, this.vcores[2 * at + 1] ?? CLOSED);
    }
  }

  private grow(): void {
    this.width *= 2;
    this.memory = new Float64Array(2 * this.width).fill(CLOSED);
    this.vcores = new Float64Array(2 * this.width).fill(CLOSED);
    for (let slot = 0; slot < this.slots.length; slot++) this.stale.add(slot);
  }
}
