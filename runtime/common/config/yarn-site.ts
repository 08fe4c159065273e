/** `yarn-site.xml`, checked: what the ResourceManager and the NodeManagers are configured by. */
import { join } from 'node:path';
import { WeftError } from '../errors/index.js';
import { nearest, type Origin, type RawEntry } from './configuration.js';
import { readHadoopXml } from './hadoop-xml.js';
import type { ConfigOption } from './option.js';
import { RESOURCE_MANAGER_PREFIXES } from './options/high-availability.js';
import { RESOURCE_TYPE_PREFIXES } from './resource-types.js';
import { SCHEDULER_PREFIXES, YARN_SITE_OPTIONS } from './options/yarn-site.js';

/** Families of keys whose last words are the cluster's own. */
const OPEN_PREFIXES = [...RESOURCE_TYPE_PREFIXES, ...Object.values(RESOURCE_MANAGER_PREFIXES)];

interface Entry {
  value: unknown;
  origin: Origin;
}

/** An immutable set of checked values. */
export class YarnConfiguration {
  private constructor(
    private readonly entries: ReadonlyMap<string, Entry>,
    /** Keys of families whose names are the cluster's. */
    private readonly open: ReadonlyMap<string, RawEntry>,
    /** What the file says that nobody here reads, with a did-you-mean: for the log. Hadoop's own files have many such keys. */
    readonly warnings: readonly string[],
  ) {}

  /** @throws CONFIG_BAD_VALUE with file, line and reason */
  static of(raw: ReadonlyMap<string, RawEntry>): YarnConfiguration {
    const options = new Map(YARN_SITE_OPTIONS.map((option) => [option.key, option]));
    const entries = new Map<string, Entry>();
    const open = new Map<string, RawEntry>();
    const warnings: string[] = [];
    for (const [name, entry] of raw) {
      const { value, origin } = entry;
      const option = options.get(name);
      if (SCHEDULER_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
      if (OPEN_PREFIXES.some((prefix) => name.startsWith(prefix))) open.set(name, entry);
      else if (option === undefined) warnings.push(unknownKey(name, origin, [...options.keys()]));
      else entries.set(name, { value: parseAt(option, value, origin), origin });
    }
    return new YarnConfiguration(entries, open, warnings);
  }

  get<T>(option: ConfigOption<T>): T {
    const entry = this.entries.get(option.key);
    return entry === undefined ? option.default : (entry.value as T);
  }

  /** The keys under an open prefix, without it. */
  family(prefix: string): ReadonlyMap<string, RawEntry> {
    const found = [...this.open].filter(([name]) => name.startsWith(prefix));
    return new Map(found.map(([name, entry]) => [name.slice(prefix.length), entry]));
  }

  isSet(option: ConfigOption<unknown>): boolean {
    return this.entries.has(option.key);
  }

  /** `file:line`, or `default`. */
  originOf(option: ConfigOption<unknown>): Origin {
    return this.entries.get(option.key)?.origin ?? 'default';
  }
}

/**
 * `yarn-site.xml` over `resource-types.xml` and `node-resources.xml`, and over what of `core-site.xml` has an effect
 * here: most of that file is about other services.
 * @param confDir folder of all of them; a missing file counts as empty
 * @throws CONFIG_BAD_FILE, CONFIG_BAD_VALUE, each with file, line and reason
 */
export function loadYarnSite(confDir: string): YarnConfiguration {
  const known = new Set(YARN_SITE_OPTIONS.map(({ key }) => key));
  const core = [...readHadoopXml(join(confDir, 'core-site.xml'))].filter(([name]) => known.has(name));
  const own = ['resource-types.xml', 'node-resources.xml', 'yarn-site.xml'];
  return YarnConfiguration.of(new Map([...core, ...own.flatMap((name) => [...readHadoopXml(join(confDir, name))])]));
}

function parseAt(option: ConfigOption<unknown>, text: string, origin: Origin): unknown {
  try {
    return option.parse(text);
  } catch (cause) {
    if (!(cause instanceof WeftError)) throw cause;
    throw new WeftError('CONFIG_BAD_VALUE', `${origin}: ${cause.message}`, { subject: option.key, cause });
  }
}

function unknownKey(name: string, origin: Origin, known: readonly string[]): string {
  const near = nearest(name, known);
  return `${origin}: the key ${name} has no effect here.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}
