/** Amounts of resources as `fair-scheduler.xml` writes them: absolute, or in percent of the cluster. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { UNLIMITED } from '../../resources.js';

/** Of the whole cluster, what the file's words come to. */
export type ResourceValue = (cluster: Resource) => Resource;

const PERCENT = /^(-?\d+(?:\.\d+)?)\s*%$/;
const PERCENT_OF = /(-?\d+(?:\.\d+)?)\s*%\s*(\w[\w.-]*)/g;
const AMOUNT_OF = /(-?\d+(?:\.\d+)?)\s*(mb|vcores)/gi;
const MEMORY = ['memory', 'memory-mb'];
const VCORES = ['cpu', 'vcores'];

export function absolute(resource: Resource): ResourceValue {
  return () => resource;
}

/** @returns why it is none, where it is none */
export function parseResourceValue(written: string): ResourceValue | string {
  const text = written.trim().toLowerCase();
  if (text === '') return 'It names no amount.';
  const whole = PERCENT.exec(text);
  if (whole !== null) return ofAll(Number(whole[1]));
  if (text.includes('%')) return percentages(text);
  return text.includes('=') ? assignments(text) : classic(text);
}

function ofAll(percent: number): ResourceValue | string {
  if (percent < 0) return `${percent} % is less than nothing.`;
  const share = percent / 100;
  return (cluster) => ({
    memoryMb: Math.trunc(cluster.memoryMb * share),
    vcores: Math.trunc(cluster.vcores * share),
    ...(cluster.others === undefined
      ? {}
      : {
          others: Object.fromEntries(
            Object.entries(cluster.others).map(([name, value]) => [name, Math.trunc(value * share)]),
          ),
        }),
  });
}

/** `50% memory, 30% cpu`, or `memory-mb=50%, vcores=30%`. */
function percentages(text: string): ResourceValue | string {
  const parts = new Map<string, number>();
  if (text.includes('=')) {
    for (const [name, value] of pairsIn(text)) {
      const percent = PERCENT.exec(value);
      if (percent === null) return `"${value}" of ${name} is no percentage; percentages and amounts cannot be mixed.`;
      parts.set(name, Number(percent[1]));
    }
  } else for (const [, percent, name = ''] of text.matchAll(PERCENT_OF)) parts.set(name, Number(percent));
  const memory = valueOf(parts, MEMORY);
  const vcores = valueOf(parts, VCORES);
  if (memory === undefined || vcores === undefined) {
    return `"${text}" needs a percentage of memory and of vcores, as in "50% memory, 50% cpu".`;
  }
  if ([...parts.values()].some((value) => value < 0)) return 'A percentage is less than nothing.';
  return (cluster) => ({
    memoryMb: Math.trunc((cluster.memoryMb * memory) / 100),
    vcores: Math.trunc((cluster.vcores * vcores) / 100),
  });
}

/** `memory-mb=1024, vcores=2, gpu=1`; what is not named is unlimited. */
function assignments(text: string): ResourceValue | string {
  const parts = new Map<string, number>();
  for (const [name, value] of pairsIn(text)) {
    const number = Number(value);
    if (value === '' || !Number.isFinite(number)) return `"${value}" of ${name} is not a number.`;
    if (number < 0) return `${value} of ${name} is less than nothing.`;
    parts.set(name, Math.trunc(number));
  }
  const others = [...parts].filter(([name]) => !MEMORY.includes(name) && !VCORES.includes(name));
  return absolute({
    memoryMb: valueOf(parts, MEMORY) ?? UNLIMITED.memoryMb,
    vcores: valueOf(parts, VCORES) ?? UNLIMITED.vcores,
    ...(others.length === 0 ? {} : { others: Object.fromEntries(others) }),
  });
}

/** `1024 mb, 2 vcores`, or `1024, 2`. */
function classic(text: string): ResourceValue | string {
  const units = new Map([...text.matchAll(AMOUNT_OF)].map(([, amount, unit = '']) => [unit, Number(amount)]));
  const bare = /^(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)$/.exec(text);
  const memoryMb = units.get('mb') ?? (bare === null ? undefined : Number(bare[1]));
  const vcores = units.get('vcores') ?? (bare === null ? undefined : Number(bare[2]));
  if (memoryMb === undefined || vcores === undefined) {
    return `"${text}" is not an amount such as "1024 mb, 2 vcores", "memory-mb=1024, vcores=2" or "50%".`;
  }
  if (memoryMb < 0 || vcores < 0) return `"${text}" is less than nothing.`;
  return absolute({ memoryMb: Math.trunc(memoryMb), vcores: Math.trunc(vcores) });
}

function pairsIn(text: string): [string, string][] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [name = '', value = ''] = part.split('=');
      return [name.trim(), value.trim()];
    });
}

function valueOf(parts: ReadonlyMap<string, number>, names: readonly string[]): number | undefined {
  for (const name of names) if (parts.has(name)) return parts.get(name);
  return undefined;
}
