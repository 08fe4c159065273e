/** Fair shares by water filling: Hadoop's `ComputeFairShares`, its rounding included. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';

/** A queue or an application, as shares see it. */
export interface Schedulable {
  readonly name: string;
  /** Who comes first where all else is equal; 0 for queues. */
  readonly startOrder: number;
  readonly weight: number;
  readonly minShare: Resource;
  readonly maxShare: Resource;
  readonly usage: Resource;
  readonly demand: Resource;
  /** Whether something runs in it or waits to: others have no share now. */
  readonly isActive: boolean;
  fairShare: Resource;
}

const ITERATIONS = 25;

/**
 * How much of one resource type each gets: there is a ratio at which the shares `weight × ratio`, kept between minimum
 * and maximum, add up to the total. Linear in the number of items.
 */
export function computeShares(
  items: readonly { weight: number; minShare: number; maxShare: number }[],
  total: number,
): number[] {
  const open = items.filter((item) => !isFixed(item));
  const taken = items.reduce((sum, item) => (isFixed(item) ? sum + fixedShare(item) : sum), 0);
  const most = open.reduce((sum, { maxShare }) => sum + maxShare, 0);
  const ratio = ratioFor(open, Math.min(most, Math.max(0, total - taken)));
  return items.map((item) => (isFixed(item) ? fixedShare(item) : shareAt(item, ratio)));
}

/** No ratio changes what it gets. */
function isFixed({ weight, maxShare }: { weight: number; maxShare: number }): boolean {
  return maxShare <= 0 || weight <= 0;
}

function fixedShare({ minShare, maxShare }: { minShare: number; maxShare: number }): number {
  return maxShare <= 0 ? 0 : Math.max(0, minShare);
}

function ratioFor(items: readonly { weight: number; minShare: number; maxShare: number }[], total: number): number {
  const usedAt = (ratio: number): number => {
    let sum = 0;
    for (const item of items) sum += shareAt(item, ratio);
    return sum;
  };
  if (items.length === 0) return 0;
  let right = 1;
  while (usedAt(right) < total) right *= 2;
  let left = 0;
  for (let i = 0; i < ITERATIONS; i++) {
    const middle = (left + right) / 2;
    const used = usedAt(middle);
    if (used < total) left = middle;
    else right = middle;
    if (used === total) break;
  }
  return right;
}

function shareAt(
  { weight, minShare, maxShare }: { weight: number; minShare: number; maxShare: number },
  ratio: number,
) {
  return Math.trunc(Math.min(Math.max(weight * ratio, minShare), maxShare));
}

/** The names of the resource types that the total has. */
export function typesOf({ others }: Resource): string[] {
  return others === undefined ? ['memoryMb', 'vcores'] : ['memoryMb', 'vcores', ...Object.keys(others)];
}

export function amountOf(resource: Resource, type: string, absent = 0): number {
  if (type === 'memoryMb') return resource.memoryMb;
  return type === 'vcores' ? resource.vcores : (resource.others?.[type] ?? absent);
}

export function withAmount(resource: Resource, type: string, amount: number): Resource {
  if (type === 'memoryMb') return { ...resource, memoryMb: amount };
  if (type === 'vcores') return { ...resource, vcores: amount };
  return { ...resource, others: { ...resource.others, [type]: amount } };
}

/** The shares of all in one resource type of the total. */
export function sharesOfType(items: readonly Schedulable[], total: Resource, type: string): number[] {
  const endless = Number.MAX_SAFE_INTEGER / Math.max(1, items.length);
  return computeShares(
    items.map(({ weight, minShare, maxShare }) => ({
      weight,
      minShare: amountOf(minShare, type),
      maxShare: Math.min(endless, amountOf(maxShare, type, endless)),
    })),
    amountOf(total, type),
  );
}
