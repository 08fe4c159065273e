/** Resource types besides memory and virtual cores (GPUs, licences …), as `yarn.resource-types` declares them. */
import { WeftError } from '../errors/index.js';
import type { RawEntry } from './configuration.js';
import type { YarnConfiguration } from './yarn-site.js';

export interface ResourceType {
  readonly name: string;
  /** `''`, or a prefix of quantities such as `k` or `Gi`. */
  readonly units: string;
  /** Least and most of it that a container has, in its units. @default 0 and unlimited */
  readonly minimum: number;
  readonly maximum: number;
}

const PREFIX = 'yarn.resource-types';
const OF_NODE = 'yarn.nodemanager.resource-type.';
/** They are always there. */
const BUILT_IN: readonly string[] = ['memory-mb', 'memory', 'vcores'];
const NAME = /^(?:[A-Za-z0-9][A-Za-z0-9.-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/;
const FACTORS: Readonly<Record<string, number>> = {
  ...{ '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 },
};

/** By name. @throws CONFIG_BAD_VALUE with file, line and reason */
export function resourceTypesOf(site: YarnConfiguration): ReadonlyMap<string, ResourceType> {
  const types = new Map<string, ResourceType>();
  const declared = site.family(PREFIX);
  const names = declared.get('');
  if (names === undefined) return types;
  for (const name of listOf(names.value)) {
    if (BUILT_IN.includes(name)) continue;
    if (!NAME.test(name)) throw bad(PREFIX, names, `"${name}" is no name of a resource type.`);
    const setting = (what: string): RawEntry | undefined => declared.get(`.${name}.${what}`);
    const kind = setting('type');
    if (kind !== undefined && kind.value.trim().toLowerCase() !== 'countable') {
      throw bad(`${PREFIX}.${name}.type`, kind, `"${kind.value.trim()}" is not known; there is countable.`);
    }
    const units = setting('units')?.value.trim() ?? '';
    const amount = (what: string, byDefault: number): number => {
      const entry = setting(what);
      return entry === undefined ? byDefault : amountOf(`${PREFIX}.${name}.${what}`, entry, units);
    };
    const minimum = amount('minimum-allocation', 0);
    types.set(name, { name, units, minimum, maximum: amount('maximum-allocation', Number.MAX_SAFE_INTEGER) });
  }
  return types;
}

/** What a NodeManager has of the declared types, by name; undefined where it has none. @throws CONFIG_BAD_VALUE */
export function nodeResourcesOf(site: YarnConfiguration): Record<string, number> | undefined {
  const types = resourceTypesOf(site);
  const amounts: Record<string, number> = {};
  for (const [name, entry] of site.family(OF_NODE)) {
    const type = types.get(name);
    if (type === undefined) throw bad(OF_NODE + name, entry, `${PREFIX} declares no ${name}.`);
    amounts[name] = amountOf(OF_NODE + name, entry, type.units);
  }
  return Object.keys(amounts).length === 0 ? undefined : amounts;
}

/** Families of keys that are read here. */
export const RESOURCE_TYPE_PREFIXES: readonly string[] = [PREFIX, OF_NODE];

/** `4` or `4Gi`, in the units of the type; must come out whole. */
function amountOf(key: string, entry: RawEntry, units: string): number {
  const match = /^(\d+)\s*([A-Za-z]*)$/.exec(entry.value.trim());
  const from = match?.[2] === '' ? units : (match?.[2] ?? '');
  const [factor, divisor] = [FACTORS[from], FACTORS[units]];
  if (match === null || factor === undefined || divisor === undefined) {
    throw bad(key, entry, `"${entry.value.trim()}" in units "${units}" is no amount.`);
  }
  const amount = (Number(match[1]) * factor) / divisor;
  if (Number.isSafeInteger(amount)) return amount;
  throw bad(key, entry, `"${entry.value.trim()}" is no whole number of ${units === '' ? 'pieces' : units}.`);
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function bad(key: string, { origin }: RawEntry, reason: string): WeftError {
  return new WeftError('CONFIG_BAD_VALUE', `${origin}: ${key}: ${reason}`, { subject: key });
}
