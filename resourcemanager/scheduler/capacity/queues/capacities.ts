/** Works out what each queue is promised and may have at most, from the file and the size of the cluster. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import type { CapacityContext } from '../context.js';
import type { CapacityValue } from '../config/capacity-value.js';
import { NOTHING, add, isNothing, lower, map, subtract } from '../../resources.js';
import type { LeafQueue } from './leaf-queue.js';
import type { ParentQueue } from './parent-queue.js';
import { limitsOf, type CapacityQueue, type ResourceLimits } from './queue.js';
import type { PartitionState } from './partition.js';

/** To be called after the cluster or the configuration has changed. */
export function refreshCapacities(root: ParentQueue): void {
  const { context } = root;
  const labels = new Set(['', ...context.books.nodes.knownLabels]);
  for (const label of labels) {
    const own = root.partition(label);
    const total = context.totalOf(label);
    Object.assign(own, { capacity: 1, absoluteCapacity: 1, maximumCapacity: 1, absoluteMaximumCapacity: 1 });
    own.guaranteed = total;
    own.maximum = total;
  }
  refreshBelow(root, labels);
  refreshLimits(root, limitsOf(context.totalOf('')));
}

function refreshBelow(parent: ParentQueue, labels: ReadonlySet<string>): void {
  parent.rebuildOrder(() => {
    for (const label of labels) {
      divide(parent, label);
      parent.refreshUsedCapacity(parent.partition(label));
    }
    for (const child of parent.children.values()) {
      for (const label of labels) child.refreshUsedCapacity(child.partition(label));
    }
  });
  for (const child of parent.children.values()) if (!child.isLeaf) refreshBelow(child, labels);
}

/** Divides what the parent has of the partition among its children. */
function divide(parent: ParentQueue, label: string): void {
  const total = parent.context.totalOf(label);
  const above = parent.partition(label);
  const children = [...parent.children.values()];
  const weights = children.map((child) => weightOf(capacityOf(child, label)));
  const allWeights = weights.reduce((sum, weight) => Math.fround(sum + weight), 0);
  const scale = scaleOfAbsolute(parent.context, children, label, above.guaranteed);
  children.forEach((child, index) => {
    const own = child.partition(label);
    const capacity = capacityOf(child, label);
    own.normalizedWeight =
      capacity?.kind === 'weight' && allWeights > 0 ? Math.fround((weights[index] ?? 0) / allWeights) : 0;
    refreshMaximum(child, own, above, total);
    if (capacity?.kind === 'absolute') {
      own.guaranteed = lower(scale(capacity.resource), own.maximum);
      own.capacity = partOf(child.context, own.guaranteed, above.guaranteed);
      own.absoluteCapacity = partOf(child.context, own.guaranteed, total);
      return;
    }
    own.capacity =
      capacity === undefined
        ? 0
        : capacity.kind === 'percent'
          ? Math.fround(capacity.percent / 100)
          : own.normalizedWeight;
    own.absoluteCapacity = Math.fround(above.absoluteCapacity * own.capacity);
    own.guaranteed = times(total, own.absoluteCapacity);
  });
}

function capacityOf(child: CapacityQueue, label: string): CapacityValue | undefined {
  return child.config.partitions.get(label)?.capacity;
}

function weightOf(capacity: CapacityValue | undefined): number {
  return capacity?.kind === 'weight' ? capacity.weight : 0;
}

function refreshMaximum(child: CapacityQueue, own: PartitionState, above: PartitionState, total: Resource): void {
  const configured = child.config.partitions.get(own.label);
  const maximum = configured?.maximum;
  if (maximum?.kind === 'absolute' && !isNothing(maximum.resource)) {
    own.maximum = lower(maximum.resource, above.maximum);
    own.maximumCapacity = partOf(child.context, own.maximum, above.maximum);
    own.absoluteMaximumCapacity = partOf(child.context, own.maximum, total);
    return;
  }
  // A queue that says nothing of a label has nothing of it; of the main partition it may have all.
  const byDefault = configured === undefined ? 0 : 1;
  own.maximumCapacity = maximum?.kind === 'percent' ? Math.fround(maximum.percent / 100) : byDefault;
  own.absoluteMaximumCapacity = Math.fround(above.absoluteMaximumCapacity * own.maximumCapacity);
  own.maximum = configured?.capacity.kind === 'absolute' ? above.maximum : times(total, own.absoluteMaximumCapacity);
}

/** Absolute capacities are cut in proportion where the parent has less than its children are promised together. */
function scaleOfAbsolute(
  { calculator, cluster }: CapacityContext,
  children: readonly CapacityQueue[],
  label: string,
  available: Resource,
): (promised: Resource) => Resource {
  const sum = children.reduce((total, child) => {
    const capacity = capacityOf(child, label);
    return capacity?.kind === 'absolute' ? add(total, capacity.resource) : total;
  }, NOTHING);
  if (calculator.compare(cluster, available, sum) >= 0) return (promised) => promised;
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : Math.fround(part / whole));
  const byMemory = ratio(available.memoryMb, sum.memoryMb);
  const byCores = ratio(available.vcores, sum.vcores);
  return ({ memoryMb, vcores, others }) => {
    const scaled = { memoryMb: Math.floor(memoryMb * byMemory), vcores: Math.floor(vcores * byCores) };
    if (others === undefined) return scaled;
    const rest = Object.entries(others).map(([name, value]): [string, number] => {
      return [name, Math.floor(value * ratio(available.others?.[name] ?? 0, sum.others?.[name] ?? 0))];
    });
    return { ...scaled, others: Object.fromEntries(rest) };
  };
}

function partOf({ calculator }: CapacityContext, part: Resource, whole: Resource): number {
  return isNothing(whole) ? 0 : calculator.divide(whole, part, whole);
}

function times(total: Resource, factor: number): Resource {
  return map(total, (value) => Math.floor(value * factor));
}

/** Hands the limits of the main partition down, and lets applications begin whose AppMasters fit now. */
function refreshLimits(parent: ParentQueue, limits: ResourceLimits): void {
  for (const child of parent.children.values()) {
    const below = limitsOf(limitOfChild(parent, child, limits, '', false));
    if (child.isLeaf) {
      const leaf = child;
      leaf.currentLimit = limitOfLeaf(leaf, below.limit);
      leaf.users.refresh();
      leaf.activatePending();
      if (leaf.active.size > 0) leaf.users.commonLimit('', 'respected');
    } else refreshLimits(child, below);
  }
}

/** What a leaf may grow to where its parent leaves it this much. */
export function limitOfLeaf(leaf: LeafQueue, limit: Resource): Resource {
  const { calculator, minimum, cluster } = leaf.context;
  const maximum = calculator.roundDown(leaf.main.maximum, minimum);
  return calculator.compare(cluster, maximum, limit) <= 0 ? maximum : limit;
}

/**
 * What a child may grow to: what its parent has left, with what the child has already.
 * @param isNet whether siblings that come first keep what is blocked for them
 */
export function limitOfChild(
  parent: ParentQueue,
  child: CapacityQueue,
  limits: ResourceLimits,
  label: string,
  isNet: boolean,
): Resource {
  const { calculator, cluster, minimum } = parent.context;
  const own = parent.partition(label);
  if (calculator.compare(cluster, own.maximum, limits.limit) < 0) limits.limit = own.maximum;
  const limit = isNet ? subtract(limits.limit, limits.blocked) : limits.limit;
  const available = subtract(limit, own.used);
  return calculator.roundDown(add(available, child.partition(label).used), minimum);
}
