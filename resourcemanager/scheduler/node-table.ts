/** All nodes, by id, host and rack, with the sums over them. */
import type { NodeId } from '../../runtime/common/ids.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import { ANY, allowsBy, type AskGroup } from './ask-table.js';
import { NodePool, type SchedulerNode } from './node-pool.js';
import { NOTHING, add, fits, subtract, type ResourceCalculator } from './resources.js';

export interface NodeDescription {
  nodeId: NodeId;
  host: string;
  rack: string;
  capacity: Resource;
  schedulable: boolean;
}

export class NodeTable {
  capacity: Resource = NOTHING;
  used: Resource = NOTHING;
  containers = 0;
  private readonly byId = new Map<NodeId, SchedulerNode>();
  private readonly byHost = new Map<string, Set<SchedulerNode>>();
  private readonly byRack = new Map<string, NodePool>();
  private readonly all = new NodePool();
  private largestNode: Resource | undefined = undefined;

  constructor(private readonly calculator: ResourceCalculator) {}

  get size(): number {
    return this.byId.size;
  }

  get(nodeId: NodeId): SchedulerNode | undefined {
    return this.byId.get(nodeId);
  }

  /** Adds the node, or changes what is known of it. */
  put(description: NodeDescription): SchedulerNode {
    const known = this.byId.get(description.nodeId);
    if (known?.rack === description.rack) {
      const used = subtract(known.capacity, known.free);
      this.capacity = add(subtract(this.capacity, known.capacity), description.capacity);
      known.capacity = description.capacity;
      known.free = subtract(description.capacity, used);
      known.schedulable = description.schedulable;
      this.refresh(known);
      this.largestNode = undefined;
      return known;
    }
    if (known !== undefined) this.remove(known.nodeId);
    const node: SchedulerNode = { ...description, free: description.capacity, containers: 0 };
    this.byId.set(node.nodeId, node);
    entry(this.byHost, node.host, () => new Set()).add(node);
    entry(this.byRack, node.rack, () => new NodePool()).add(node);
    this.all.add(node);
    this.capacity = add(this.capacity, node.capacity);
    this.largestNode = undefined;
    return node;
  }

  remove(nodeId: NodeId): void {
    const node = this.byId.get(nodeId);
    if (node === undefined) return;
    this.byId.delete(nodeId);
    this.byHost.get(node.host)?.delete(node);
    this.byRack.get(node.rack)?.remove(node);
    this.all.remove(node);
    this.capacity = subtract(this.capacity, node.capacity);
    this.used = subtract(this.used, subtract(node.capacity, node.free));
    this.containers -= node.containers;
    this.largestNode = undefined;
  }

  occupy(node: SchedulerNode, resource: Resource): void {
    node.free = subtract(node.free, resource);
    node.containers++;
    this.used = add(this.used, resource);
    this.containers++;
    this.refresh(node);
  }

  vacate(node: SchedulerNode, resource: Resource): void {
    node.free = add(node.free, resource);
    node.containers--;
    this.used = subtract(this.used, resource);
    this.containers--;
    this.refresh(node);
  }

  /** Most memory and most virtual cores that any one node has, undefined without nodes. */
  largest(): Resource | undefined {
    if (this.largestNode === undefined && this.byId.size > 0) {
      let [memoryMb, vcores] = [0, 0];
      for (const { capacity } of this.byId.values()) {
        memoryMb = Math.max(memoryMb, capacity.memoryMb);
        vcores = Math.max(vcores, capacity.vcores);
      }
      this.largestNode = { memoryMb, vcores };
    }
    return this.largestNode;
  }

  /** The schedulable node with the most free memory. */
  freest(): SchedulerNode | undefined {
    return this.all.freest();
  }

  /** A node for one container of the group: a host that it names, else in a rack, else anywhere, as far as it allows. */
  placeFor(group: AskGroup, blacklist: ReadonlySet<string>): SchedulerNode | undefined {
    const accept = (node: SchedulerNode): boolean => !isBlacklisted(node, blacklist);
    for (const name of group.lines.keys()) {
      for (const node of this.byHost.get(name) ?? []) {
        if (this.hasRoom(node, group.resource) && accept(node)) return node;
      }
    }
    const { memoryMb } = group.resource;
    const vcores = this.calculator === 'memory' ? Number.NEGATIVE_INFINITY : group.resource.vcores;
    for (const name of group.lines.keys()) {
      const found = allowsBy(group, name, true) ? this.byRack.get(name)?.find(memoryMb, vcores, accept) : undefined;
      if (found !== undefined) return found;
    }
    return allowsBy(group, ANY, true) ? this.all.find(memoryMb, vcores, accept) : undefined;
  }

  /** Whether one container of the group may go onto just this node now. */
  allows(node: SchedulerNode, group: AskGroup, blacklist: ReadonlySet<string>): boolean {
    return (
      this.hasRoom(node, group.resource) &&
      !isBlacklisted(node, blacklist) &&
      (allowsBy(group, node.host, false) || allowsBy(group, node.rack, true) || allowsBy(group, ANY, true))
    );
  }

  private hasRoom(node: SchedulerNode, ask: Resource): boolean {
    return node.schedulable && fits(ask, node.free, this.calculator);
  }

  private refresh(node: SchedulerNode): void {
    this.all.update(node);
    this.byRack.get(node.rack)?.update(node);
  }
}

/** Applications blacklist hosts, as in YARN, or single nodes. */
function isBlacklisted(node: SchedulerNode, blacklist: ReadonlySet<string>): boolean {
  return blacklist.size > 0 && (blacklist.has(node.host) || blacklist.has(node.nodeId));
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}
