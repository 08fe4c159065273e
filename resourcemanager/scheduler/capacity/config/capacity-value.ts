/** One capacity of a queue as it is written: percent, weight (`3w`) or amounts (`[memory=4096,vcores=4]`). */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import type { PropertyReader } from '../../property-reader.js';

export type CapacityValue =
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'weight'; readonly weight: number }
  | { readonly kind: 'absolute'; readonly resource: Resource };

/** Megabytes in a unit that may follow an amount of memory. */
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1,
  mi: 1,
  g: 1024,
  gi: 1024,
  t: 1024 ** 2,
  ti: 1024 ** 2,
};

/** @throws RM_BAD_QUEUES with file, line and reason */
export function readCapacity(reader: PropertyReader, key: string): CapacityValue | undefined {
  const text = reader.text(key);
  if (text === undefined) return undefined;
  if (text.startsWith('[')) return { kind: 'absolute', resource: readAmounts(reader, key, text) };
  const weight = /^(.*)w$/i.exec(text)?.[1];
  if (weight !== undefined) return { kind: 'weight', weight: nonNegative(reader, key, weight, 'a weight') };
  const percent = nonNegative(reader, key, text, 'a percentage, a weight such as 3w, or [memory=…,vcores=…]');
  if (percent > 100) throw reader.error(key, `${text} percent are more than 100.`);
  return { kind: 'percent', percent };
}

function readAmounts(reader: PropertyReader, key: string, text: string): Resource {
  if (!text.endsWith(']')) throw reader.error(key, `"${text}" has no closing bracket.`);
  return { memoryMb: 0, vcores: 0, ...amountsIn(reader, key, text.slice(1, -1)) };
}

/** The amounts of the types that are named, as in `memory-mb=4096,vcores=4`. @throws RM_BAD_QUEUES with file, line and reason */
export function amountsIn(reader: PropertyReader, key: string, text: string): Partial<Resource> {
  const amounts: Partial<Pick<Resource, 'memoryMb' | 'vcores'>> = {};
  const others: Record<string, number> = {};
  const parts = text.split(',').map((part) => part.trim());
  for (const part of parts.filter((each) => each !== '')) {
    const match = /^([\w./-]+)\s*=\s*(\d+)\s*([A-Za-z]*)$/.exec(part);
    if (match === null) throw reader.error(key, `"${part}" is not an amount such as memory=4096.`);
    const [, name = '', digits = '', unit = ''] = match;
    const amount = Number(digits);
    if (name === 'memory' || name === 'memory-mb') {
      const factor = MEMORY_UNITS[unit.toLowerCase()];
      if (factor === undefined) throw reader.error(key, `"${unit}" is no unit of memory.`);
      amounts.memoryMb = amount * factor;
    } else if (name === 'vcores') amounts.vcores = amount;
    else others[name] = amount;
  }
  return Object.keys(others).length === 0 ? amounts : { ...amounts, others };
}

function nonNegative(reader: PropertyReader, key: string, text: string, what: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw reader.error(key, `"${text}" is not ${what}.`);
  if (value < 0) throw reader.error(key, `${text} is less than 0.`);
  return value;
}
