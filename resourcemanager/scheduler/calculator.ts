/**
 * How amounts of several resource types are compared and rounded: Hadoop's two resource calculators. `memory` looks at
 * memory only (DefaultResourceCalculator); `dominant` at the type of which a resource takes the largest share of the
 * cluster (DominantResourceCalculator). Shares are 32-bit floats in Hadoop, so they are here: limits come out equal to
 * the megabyte.
 */
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import { map } from './resources.js';

export interface ResourceCalculator {
  readonly name: 'memory' | 'dominant';
  /** Below zero if the first is less, of a whole of `total`. */
  compare(total: Resource, a: Resource, b: Resource): number;
  /** The same by the type alone of which each has the largest part. */
  compareLargest(total: Resource, a: Resource, b: Resource): number;
  fits(ask: Resource, free: Resource): boolean;
  /** How many times the second goes into the first; 0 when the second is nothing. */
  ratio(a: Resource, b: Resource): number;
  /** The share of the first in the second, each measured by its largest part of the total. */
  divide(total: Resource, a: Resource, b: Resource): number;
  /** `min(roundUp(max(ask, minimum), step), maximum)` */
  normalize(ask: Resource, minimum: Resource, maximum: Resource, step: Resource): Resource;
  roundUp(a: Resource, step: Resource): Resource;
  roundDown(a: Resource, step: Resource): Resource;
  multiplyAndRoundUp(a: Resource, factor: number, step: Resource): Resource;
  multiplyAndRoundDown(a: Resource, factor: number, step: Resource): Resource;
  divideAndCeil(a: Resource, divisor: number): Resource;
}

export const MEMORY_CALCULATOR: ResourceCalculator = {
  name: 'memory',
  compare: (_total, a, b) => a.memoryMb - b.memoryMb,
  compareLargest: (_total, a, b) => a.memoryMb - b.memoryMb,
  fits: (ask, free) => ask.memoryMb <= free.memoryMb,
  ratio: (a, b) => share(a.memoryMb, b.memoryMb),
  divide: (_total, a, b) => share(a.memoryMb, b.memoryMb),
  normalize: (ask, minimum, maximum, step) =>
    memoryOnly(normalizeOne(ask.memoryMb, minimum.memoryMb, maximum.memoryMb, step.memoryMb)),
  roundUp: (a, step) => memoryOnly(upTo(a.memoryMb, step.memoryMb)),
  roundDown: (a, step) => memoryOnly(downTo(a.memoryMb, step.memoryMb)),
  multiplyAndRoundUp: (a, factor, step) => memoryOnly(upTo(Math.trunc(a.memoryMb * factor + 0.5), step.memoryMb)),
  multiplyAndRoundDown: (a, factor, step) => memoryOnly(downTo(Math.trunc(a.memoryMb * factor), step.memoryMb)),
  divideAndCeil: (a, divisor) => memoryOnly(Math.ceil(Math.fround(a.memoryMb / divisor))),
};

export const DOMINANT_CALCULATOR: ResourceCalculator = {
  name: 'dominant',
  compare(total, a, b) {
    if (a.others !== undefined || b.others !== undefined || total.memoryMb <= 0 || total.vcores <= 0) {
      return compareSorted(sharesOf(a, total), sharesOf(b, total));
    }
    const [aMemory, aCores] = [a.memoryMb / total.memoryMb, a.vcores / total.vcores];
    const [bMemory, bCores] = [b.memoryMb / total.memoryMb, b.vcores / total.vcores];
    return (
      Math.max(aMemory, aCores) - Math.max(bMemory, bCores) || Math.min(aMemory, aCores) - Math.min(bMemory, bCores)
    );
  },
  compareLargest: (total, a, b) => largestShare(a, total) - largestShare(b, total),
  fits(ask, free) {
    if (ask.memoryMb > free.memoryMb || ask.vcores > free.vcores) return false;
    if (ask.others === undefined) return true;
    for (const name in ask.others) if ((ask.others[name] ?? 0) > (free.others?.[name] ?? 0)) return false;
    return true;
  },
  ratio(a, b) {
    let largest = Math.max(share(a.memoryMb, b.memoryMb), share(a.vcores, b.vcores));
    for (const name in a.others) largest = Math.max(largest, share(a.others[name] ?? 0, b.others?.[name] ?? 0));
    return largest;
  },
  divide(total, a, b) {
    const whole = largestShare(b, total);
    return whole === 0 ? 0 : Math.fround(largestShare(a, total) / whole);
  },
  normalize: (ask, minimum, maximum, step) =>
    combine(ask, (value, of) => normalizeOne(value, of(minimum), of(maximum, Number.POSITIVE_INFINITY), of(step))),
  roundUp: (a, step) => combine(a, (value, of) => upTo(value, of(step))),
  roundDown: (a, step) => combine(a, (value, of) => downTo(value, of(step))),
  multiplyAndRoundUp: (a, factor, step) =>
    combine(a, (value, of) => upTo(Math.ceil(Math.fround(value * factor)), of(step))),
  multiplyAndRoundDown: (a, factor, step) =>
    combine(a, (value, of) => downTo(Math.trunc(Math.fround(value * factor)), of(step))),
  divideAndCeil: (a, divisor) => map(a, (value) => Math.ceil(Math.fround(value / divisor))),
};

/** What a resource that is measured by memory alone counts as: Hadoop gives it one virtual core. */
function memoryOnly(memoryMb: number): Resource {
  return { memoryMb, vcores: memoryMb > 0 ? 1 : 0 };
}

/** Changes each type; `of` reads the same type of another resource, which may not have it. */
function combine(
  a: Resource,
  change: (value: number, of: (other: Resource, absent?: number) => number) => number,
): Resource {
  const changed = {
    memoryMb: change(a.memoryMb, (other) => other.memoryMb),
    vcores: change(a.vcores, (other) => other.vcores),
  };
  if (a.others === undefined) return changed;
  const others: Record<string, number> = {};
  for (const [name, value] of Object.entries(a.others)) {
    others[name] = change(value, (other, absent = 0) => other.others?.[name] ?? absent);
  }
  return { ...changed, others };
}

function share(part: number, whole: number): number {
  if (whole <= 0) return part <= 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.fround(part / whole);
}

function largestShare(a: Resource, total: Resource): number {
  let largest = 0;
  if (total.memoryMb > 0) largest = a.memoryMb / total.memoryMb;
  if (total.vcores > 0) largest = Math.max(largest, a.vcores / total.vcores);
  for (const name in a.others) {
    const whole = total.others?.[name] ?? 0;
    if (whole > 0) largest = Math.max(largest, (a.others[name] ?? 0) / whole);
  }
  return largest;
}

/** Largest first. Where the total has nothing of a type the amount itself counts. */
function sharesOf(a: Resource, total: Resource): number[] {
  const names = new Set([...Object.keys(a.others ?? {}), ...Object.keys(total.others ?? {})]);
  const parts = [
    [a.memoryMb, total.memoryMb],
    [a.vcores, total.vcores],
    ...[...names].map((name) => [a.others?.[name] ?? 0, total.others?.[name] ?? 0]),
  ];
  return parts.map(([part = 0, whole = 0]) => (whole > 0 ? part / whole : part)).sort((x, y) => y - x);
}

function compareSorted(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function normalizeOne(ask: number, minimum: number, maximum: number, step: number): number {
  return Math.min(upTo(Math.max(ask, minimum), step), maximum);
}

function upTo(value: number, step: number): number {
  return step <= 0 ? value : Math.ceil(value / step) * step;
}

function downTo(value: number, step: number): number {
  return step <= 0 ? value : Math.floor(value / step) * step;
}
