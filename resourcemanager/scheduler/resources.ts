/** Arithmetic of memory, virtual cores and other resource types. Values are immutable. */
import type { Resource } from '../../runtime/common/wire/protocols/index.js';

export const NOTHING: Resource = { memoryMb: 0, vcores: 0 };
/** More than any cluster has, and still exact to count with. */
export const UNLIMITED: Resource = { memoryMb: 2 ** 31 - 1, vcores: 2 ** 31 - 1 };

export function add(a: Resource, b: Resource): Resource {
  const sum = { memoryMb: a.memoryMb + b.memoryMb, vcores: a.vcores + b.vcores };
  return a.others === undefined && b.others === undefined ? sum : withOthers(sum, a, b, (x, y) => x + y);
}

/** May go below zero: a node that came back smaller owes what its containers use. */
export function subtract(a: Resource, b: Resource): Resource {
  const rest = { memoryMb: a.memoryMb - b.memoryMb, vcores: a.vcores - b.vcores };
  return a.others === undefined && b.others === undefined ? rest : withOthers(rest, a, b, (x, y) => x - y);
}

export function times(a: Resource, factor: number): Resource {
  return map(a, (value) => value * factor);
}

/** The smaller of each type. */
export function lower(a: Resource, b: Resource): Resource {
  const least = { memoryMb: Math.min(a.memoryMb, b.memoryMb), vcores: Math.min(a.vcores, b.vcores) };
  return a.others === undefined && b.others === undefined ? least : withOthers(least, a, b, Math.min);
}

/** The larger of each type. */
export function upper(a: Resource, b: Resource): Resource {
  const most = { memoryMb: Math.max(a.memoryMb, b.memoryMb), vcores: Math.max(a.vcores, b.vcores) };
  return a.others === undefined && b.others === undefined ? most : withOthers(most, a, b, Math.max);
}

/** The same with what is below zero set to zero. */
export function floored(a: Resource): Resource {
  return a.memoryMb >= 0 && a.vcores >= 0 && a.others === undefined ? a : map(a, (value) => Math.max(0, value));
}

export function isNothing({ memoryMb, vcores, others }: Resource): boolean {
  return memoryMb === 0 && vcores === 0 && (others === undefined || Object.values(others).every((each) => each === 0));
}

export function equals(a: Resource, b: Resource): boolean {
  if (a.memoryMb !== b.memoryMb || a.vcores !== b.vcores) return false;
  return (a.others === undefined && b.others === undefined) || isNothing(subtract(a, b));
}

/** Each type changed on its own. */
export function map(a: Resource, change: (value: number) => number): Resource {
  const changed = { memoryMb: change(a.memoryMb), vcores: change(a.vcores) };
  if (a.others === undefined) return changed;
  const others = Object.entries(a.others).map(([name, value]) => [name, change(value)]);
  return { ...changed, others: Object.fromEntries(others) as Record<string, number> };
}

/** The names of the resource types in which the first exceeds the second. */
export function exceeding(a: Resource, b: Resource): string[] {
  const names: string[] = [];
  if (a.memoryMb > b.memoryMb) names.push('memory');
  if (a.vcores > b.vcores) names.push('vcores');
  for (const [name, value] of Object.entries(a.others ?? {})) if (value > (b.others?.[name] ?? 0)) names.push(name);
  return names;
}

export function describe({ memoryMb, vcores, others }: Resource): string {
  const more = Object.entries(others ?? {}).map(([name, value]) => `${value} ${name}`);
  return [`${memoryMb} MB and ${vcores} ${vcores === 1 ? 'vcore' : 'vcores'}`, ...more].join(' and ');
}

function withOthers(base: Resource, a: Resource, b: Resource, combine: (x: number, y: number) => number): Resource {
  const others: Record<string, number> = {};
  for (const name of new Set([...Object.keys(a.others ?? {}), ...Object.keys(b.others ?? {})])) {
    others[name] = combine(a.others?.[name] ?? 0, b.others?.[name] ?? 0);
  }
  return { ...base, others };
}
