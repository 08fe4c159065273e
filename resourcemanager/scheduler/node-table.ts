/** All nodes, by id, host and rack, with the sums over them, in all and per label. */
import type { NodeId } from '../../runtime/common/ids.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type { SchedulerContainer } from './application.js';
import type { AskGroup } from './ask-table.js';
import type { ResourceCalculator } from './calculator.js';
import { NodePool } from './node-pool.js';
import type { NodeDescription, SchedulerNode } from './node.js';
import { NOTHING, add, equals, subtract, upper } from './resources.js';

export class NodeTable {
  capacity: Resource = NOTHING;
  containers = 0;
  private readonly byId = new Map<NodeId, SchedulerNode>();
  private readonly byHost = new Map<string, Set<SchedulerNode>>();
  private readonly byRack = new Map<string, NodePool>();
  private readonly all = new NodePool();
  private readonly labels = new Map<string, Resource>();
  private readonly usedByLabel = new Map<string, Resource>();
  /** Labels whose idle nodes may be lent to asks without a label. */
  private readonly lending = new Set<string>();
  private largestNode: Resource | undefined = undefined;

  constructor(private readonly calculator: ResourceCalculator) {}

  get size(): number {
    return this.byId.size;
  }

  get(nodeId: NodeId): SchedulerNode | undefined {
    return this.byId.get(nodeId);
  }

  values(): IterableIterator<SchedulerNode> {
    return this.byId.values();
  }

  /** What the nodes of a label have together. */
  capacityOf(label: string): Resource {
    return this.labels.get(label) ?? NOTHING;
  }

  /** What containers use of them. */
  usedOf(label: string): Resource {
    return this.usedByLabel.get(label) ?? NOTHING;
  }

  get used(): Resource {
    let sum = NOTHING;
    for (const used of this.usedByLabel.values()) sum = add(sum, used);
    return sum;
  }

  /** @param label only nodes with this label; by default all */
  totals(label?: string): { capacity: Resource; used: Resource; containers: number; nodes: number } {
    const { capacity, used, containers, size: nodes } = this;
    if (label === undefined) return { capacity, used, containers, nodes };
    const chosen = [...this.values()].filter((node) => node.label === label);
    return {
      capacity: this.capacityOf(label),
      used: this.usedOf(label),
      containers: chosen.reduce((sum, node) => sum + node.containers.size, 0),
      nodes: chosen.length,
    };
  }

  /** Whether only asks for the label may use its nodes. @default true */
  isExclusive(label: string): boolean {
    return !this.lending.has(label);
  }

  setExclusive(label: string, exclusive: boolean): void {
    if (exclusive) this.lending.delete(label);
    else this.lending.add(label);
    this.labels.set(label, this.capacityOf(label));
  }

  /** The labels that nodes have or had, or that were named. */
  get knownLabels(): Iterable<string> {
    return this.labels.keys();
  }

  /** Adds the node, or changes what is known of it. */
  put(description: NodeDescription): SchedulerNode {
    const { nodeId, host, rack, capacity, schedulable, label = '' } = description;
    const known = this.byId.get(nodeId);
    if (known !== undefined) return this.change(known, { rack, label, capacity, schedulable });
    const node: SchedulerNode = {
      ...{ nodeId, host, rack, label, capacity, free: capacity, schedulable },
      containers: new Set(),
      reservation: undefined,
      slot: 0,
      rackSlot: 0,
    };
    this.byId.set(nodeId, node);
    entry(this.byHost, host, () => new Set()).add(node);
    node.slot = this.all.add(node);
    node.rackSlot = entry(this.byRack, rack, () => new NodePool()).add(node);
    this.addCapacity(label, capacity);
    return node;
  }

  remove(nodeId: NodeId): void {
    const node = this.byId.get(nodeId);
    if (node === undefined) return;
    this.byId.delete(nodeId);
    this.byHost.get(node.host)?.delete(node);
    if (this.byHost.get(node.host)?.size === 0) this.byHost.delete(node.host);
    this.byRack.get(node.rack)?.remove(node.rackSlot);
    this.all.remove(node.slot);
    this.addCapacity(node.label, subtract(NOTHING, node.capacity));
    this.changeUsed(node.label, subtract(node.free, node.capacity));
    this.containers -= node.containers.size;
  }

  occupy(container: SchedulerContainer): void {
    const { node, resource } = container;
    node.free = subtract(node.free, resource);
    node.containers.add(container);
    this.changeUsed(node.label, resource);
    this.containers++;
    this.refresh(node);
  }

  vacate(container: SchedulerContainer): void {
    const { node, resource } = container;
    node.containers.delete(container);
    node.free = add(node.free, resource);
    if (this.byId.get(node.nodeId) !== node) return;
    this.changeUsed(node.label, subtract(NOTHING, resource));
    this.containers--;
    this.refresh(node);
  }

  /** What is free there, its reservation, or whether it may be used, has changed. */
  refresh(node: SchedulerNode): void {
    this.all.update(node.slot);
    this.byRack.get(node.rack)?.update(node.rackSlot);
  }

  /** Most of each resource type that any one node has, undefined without nodes. */
  largest(): Resource | undefined {
    if (this.largestNode === undefined && this.byId.size > 0) {
      let largest = NOTHING;
      for (const { capacity } of this.byId.values()) largest = upper(largest, capacity);
      this.largestNode = largest;
    }
    return this.largestNode;
  }

  /** The schedulable node with the most free memory. */
  freest(): SchedulerNode | undefined {
    return this.all.freest();
  }

  /** A node for one container of the group: a host that it names, else in a rack, else anywhere, as far as it allows. */
  placeFor(group: AskGroup, accept: (node: SchedulerNode) => boolean): SchedulerNode | undefined {
    const { memoryMb, vcores, others } = group.resource;
    const accepts =
      others === undefined ? accept : (node: SchedulerNode) => this.hasRoom(node, group.resource) && accept(node);
    for (const name of group.places.keys()) {
      for (const node of this.byHost.get(name) ?? []) {
        if (node.reservation === undefined && this.hasRoom(node, group.resource) && accept(node)) return node;
      }
    }
    const cores = this.calculator.name === 'memory' ? Number.NEGATIVE_INFINITY : vcores;
    for (const name of group.places.keys()) {
      const found = group.wants(name, true) ? this.byRack.get(name)?.find(memoryMb, cores, accepts) : undefined;
      if (found !== undefined) return found;
    }
    return group.relaxed ? this.all.find(memoryMb, cores, accepts) : undefined;
  }

  /** Whether one container of this size fits onto the node now. */
  hasRoom(node: SchedulerNode, ask: Resource): boolean {
    return node.schedulable && this.calculator.fits(ask, node.free);
  }

  private change(
    node: SchedulerNode,
    to: Pick<SchedulerNode, 'rack' | 'label' | 'capacity' | 'schedulable'>,
  ): SchedulerNode {
    const used = subtract(node.capacity, node.free);
    if (node.label !== to.label || !equals(node.capacity, to.capacity)) {
      this.addCapacity(node.label, subtract(NOTHING, node.capacity));
      this.addCapacity(to.label, to.capacity);
      this.changeUsed(node.label, subtract(NOTHING, used));
      this.changeUsed(to.label, used);
    }
    if (node.rack !== to.rack) {
      this.byRack.get(node.rack)?.remove(node.rackSlot);
      node.rackSlot = entry(this.byRack, to.rack, () => new NodePool()).add(node);
    }
    Object.assign(node, to);
    node.free = subtract(to.capacity, used);
    this.refresh(node);
    return node;
  }

  private changeUsed(label: string, change: Resource): void {
    this.usedByLabel.set(label, add(this.usedOf(label), change));
  }

  private addCapacity(label: string, change: Resource): void {
    this.capacity = add(this.capacity, change);
    this.labels.set(label, add(this.capacityOf(label), change));
    this.largestNode = undefined;
  }
}

function entry<K, V>(index: Map<K, V>, key: K, create: () => V): V {
  let value = index.get(key);
  if (value === undefined) {
    value = create();
    index.set(key, value);
  }
  return value;
}
