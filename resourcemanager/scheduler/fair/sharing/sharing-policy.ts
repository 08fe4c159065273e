/** How queues and applications below one queue share it: `fair` by memory, `drf` by the dominant resource, `fifo`. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { DOMINANT_CALCULATOR, MEMORY_CALCULATOR, type ResourceCalculator } from '../../calculator.js';
import { floored, isNothing, lower, subtract } from '../../resources.js';
import { sharesOfType, typesOf, withAmount, type Schedulable } from './shares.js';

export interface SharingPolicy {
  readonly name: 'fair' | 'drf' | 'fifo';
  readonly hadoopClass: string;
  /** As Hadoop's REST API calls it. */
  readonly restName: string;
  readonly calculator: ResourceCalculator;
  /** Below zero if the first is served first. A total order. */
  compare(a: Schedulable, b: Schedulable, cluster: Resource): number;
  /** Divides the total; `assign` takes what each gets. */
  share(items: readonly Schedulable[], total: Resource, of: 'fairShare' | 'steadyFairShare'): void;
  /** What a queue could still get, of what its maximum and the cluster leave. */
  headroom(fairShare: Resource, usage: Resource, available: Resource): Resource;
  allowsChild(policy: SharingPolicy): boolean;
}

const FAIR: SharingPolicy = {
  ...{ name: 'fair', restName: 'fair', hadoopClass: 'FairSharePolicy', calculator: MEMORY_CALCULATOR },
  compare(a, b) {
    const byDemand = Number(isNothing(a.demand)) - Number(isNothing(b.demand));
    return byDemand || compareMinShares(a, b) || compareUse(a, b) || compareStart(a, b);
  },
  share: (items, total, of) => {
    shareTypes(items, total, of, ['memoryMb']);
  },
  headroom: (fairShare, usage, available) => ({
    ...available,
    memoryMb: Math.min(available.memoryMb, Math.max(0, fairShare.memoryMb - usage.memoryMb)),
  }),
  allowsChild: (policy) => policy.name !== 'drf',
};

const DRF: SharingPolicy = {
  ...{ name: 'drf', restName: 'DRF', hadoopClass: 'DominantResourceFairnessPolicy', calculator: DOMINANT_CALCULATOR },
  compare: (a, b, cluster) => compareDominant(a, b, cluster) || compareStart(a, b),
  share: (items, total, of) => {
    shareTypes(items, total, of, typesOf(total));
  },
  headroom: (fairShare, usage, available) => lower(available, floored(subtract(fairShare, usage))),
  allowsChild: () => true,
};

const FIFO: SharingPolicy = {
  ...{ name: 'fifo', restName: 'FIFO', hadoopClass: 'FifoPolicy', calculator: MEMORY_CALCULATOR },
  compare: compareStart,
  share(items, total, of) {
    if (of === 'steadyFairShare') return;
    const first = items.reduce<Schedulable | undefined>(
      (best, item) => (best === undefined || item.startOrder < best.startOrder ? item : best),
      undefined,
    );
    if (first !== undefined) first.fairShare = total;
  },
  headroom: (fairShare, usage, available) => FAIR.headroom(fairShare, usage, available),
  // First come, first served says nothing of queues.
  allowsChild: () => false,
};

export const POLICIES: readonly SharingPolicy[] = [FAIR, DRF, FIFO];
export const DEFAULT_POLICY = FAIR;

function shareTypes(
  items: readonly Schedulable[],
  total: Resource,
  of: 'fairShare' | 'steadyFairShare',
  types: readonly string[],
): void {
  const counted = of === 'steadyFairShare' ? items : items.filter(({ isActive }) => isActive);
  for (const type of types) {
    const shares = sharesOfType(counted, total, type);
    counted.forEach((item, i) => {
      const holder = item as Schedulable & { steadyFairShare: Resource };
      holder[of] = withAmount(holder[of], type, shares[i] ?? 0);
    });
    if (of === 'steadyFairShare') continue;
    for (const item of items) if (!item.isActive) item.fairShare = withAmount(item.fairShare, type, 0);
  }
}

/** Below its minimum comes before above it; of two below, the one with less of its minimum. */
function compareMinShares(a: Schedulable, b: Schedulable): number {
  const [aLeast, bLeast] = [leastOf(a), leastOf(b)];
  const [aNeedy, bNeedy] = [a.usage.memoryMb < aLeast, b.usage.memoryMb < bLeast];
  if (aNeedy !== bNeedy) return aNeedy ? -1 : 1;
  if (!aNeedy) return 0;
  return a.usage.memoryMb / Math.max(1, aLeast) - b.usage.memoryMb / Math.max(1, bLeast);
}

function leastOf({ minShare, demand }: Schedulable): number {
  return Math.min(minShare.memoryMb, demand.memoryMb);
}

function compareUse(a: Schedulable, b: Schedulable): number {
  if (a.weight > 0 && b.weight > 0) return a.usage.memoryMb / a.weight - b.usage.memoryMb / b.weight;
  return b.weight - a.weight || a.usage.memoryMb - b.usage.memoryMb;
}

function compareDominant(a: Schedulable, b: Schedulable, cluster: Resource): number {
  if (a.usage.others !== undefined || b.usage.others !== undefined) {
    return DOMINANT_CALCULATOR.compare(cluster, a.usage, b.usage);
  }
  const [aMemory, aCores] = [a.usage.memoryMb / cluster.memoryMb, a.usage.vcores / cluster.vcores];
  const [bMemory, bCores] = [b.usage.memoryMb / cluster.memoryMb, b.usage.vcores / cluster.vcores];
  const [aByCores, bByCores] = [aCores > aMemory, bCores > bMemory];
  const aNeedy = aByCores ? a.usage.vcores < a.minShare.vcores : a.usage.memoryMb < a.minShare.memoryMb;
  const bNeedy = bByCores ? b.usage.vcores < b.minShare.vcores : b.usage.memoryMb < b.minShare.memoryMb;
  if (aNeedy !== bNeedy) return aNeedy ? -1 : 1;
  if (aNeedy) {
    const [aOfMemory, aOfCores] = [
      part(a.usage.memoryMb, a.minShare.memoryMb),
      part(a.usage.vcores, a.minShare.vcores),
    ];
    const [bOfMemory, bOfCores] = [
      part(b.usage.memoryMb, b.minShare.memoryMb),
      part(b.usage.vcores, b.minShare.vcores),
    ];
    return (
      difference(aByCores ? aOfCores : aOfMemory, bByCores ? bOfCores : bOfMemory) ||
      difference(aByCores ? aOfMemory : aOfCores, bByCores ? bOfMemory : bOfCores)
    );
  }
  return (
    difference(Math.max(aMemory, aCores) / a.weight, Math.max(bMemory, bCores) / b.weight) ||
    difference(Math.min(aMemory, aCores) / a.weight, Math.min(bMemory, bCores) / b.weight)
  );
}

/** Of infinite and undefined parts too: a total order needs an answer. */
function difference(a: number, b: number): number {
  return a === b || Number.isNaN(a) || Number.isNaN(b) ? 0 : a < b ? -1 : 1;
}

function part(value: number, whole: number): number {
  return whole <= 0 ? Number.POSITIVE_INFINITY : value / whole;
}

function compareStart(a: Schedulable, b: Schedulable): number {
  return a.startOrder - b.startOrder || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
