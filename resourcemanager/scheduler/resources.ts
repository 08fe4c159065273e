/** Arithmetic of memory and virtual cores. Values are immutable. */
import type { Resource } from '../../runtime/common/wire/protocols/index.js';

export const NOTHING: Resource = { memoryMb: 0, vcores: 0 };

/**
 * What counts when a container is fitted into a node. `memory`: virtual cores are booked but never refuse one (Hadoop's
 * DefaultResourceCalculator, which its FifoScheduler uses); `dominant`: both count.
 */
export type ResourceCalculator = 'memory' | 'dominant';

export function add(a: Resource, b: Resource): Resource {
  return { memoryMb: a.memoryMb + b.memoryMb, vcores: a.vcores + b.vcores };
}

/** May go below zero: a node that came back smaller owes what its containers use. */
export function subtract(a: Resource, b: Resource): Resource {
  return { memoryMb: a.memoryMb - b.memoryMb, vcores: a.vcores - b.vcores };
}

export function times(a: Resource, factor: number): Resource {
  return { memoryMb: a.memoryMb * factor, vcores: a.vcores * factor };
}

export function fits(ask: Resource, free: Resource, calculator: ResourceCalculator): boolean {
  return ask.memoryMb <= free.memoryMb && (calculator === 'memory' || ask.vcores <= free.vcores);
}

/** Rounds an ask up to whole steps: YARN's `min(roundUp(max(ask, min), step), max)`, with the minimum as the step. */
export function normalize(ask: Resource, step: Resource, maximum: Resource): Resource {
  return {
    memoryMb: normalizeOne(ask.memoryMb, step.memoryMb, maximum.memoryMb),
    vcores: normalizeOne(ask.vcores, step.vcores, maximum.vcores),
  };
}

function normalizeOne(ask: number, step: number, maximum: number): number {
  return Math.min(Math.ceil(Math.max(ask, step) / step) * step, maximum);
}

export function describe({ memoryMb, vcores }: Resource): string {
  return `${memoryMb} MB and ${vcores} ${vcores === 1 ? 'vcore' : 'vcores'}`;
}
