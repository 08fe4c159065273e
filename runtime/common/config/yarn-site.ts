/** `yarn-site.xml`, checked: what the ResourceManager and the NodeManagers are configured by. */
import { join } from 'node:path';
import { WeftError } from '../errors/index.js';
import { nearest, type Origin, type RawEntry } from './configuration.js';
import { readHadoopXml } from './hadoop-xml.js';
import type { ConfigOption } from './option.js';
import { SCHEDULER_PREFIXES, YARN_SITE_OPTIONS } from './options/yarn-site.js';

interface Entry {
  value: unknown;
  origin: Origin;
}

/** An immutable set of checked values. */
export class YarnConfiguration {
  private constructor(
    private readonly entries: ReadonlyMap<string, Entry>,
    /** What the file says that nobody here reads, with a did-you-mean: for the log. Hadoop's own files have many such keys. */
    readonly warnings: readonly string[],
  ) {}

  /** @throws CONFIG_BAD_VALUE with file, line and reason */
  static of(raw: ReadonlyMap<string, RawEntry>): YarnConfiguration {
    const options = new Map(YARN_SITE_OPTIONS.map((option) => [option.key, option]));
    const entries = new Map<string, Entry>();
    const warnings: string[] = [];
    for (const [name, { value, origin }] of raw) {
      const option = options.get(name);
      if (SCHEDULER_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
      if (option === undefined) warnings.push(unknownKey(name, origin, [...options.keys()]));
      else entries.set(name, { value: parseAt(option, value, origin), origin });
    }
    return new YarnConfiguration(entries, warnings);
  }

  get<T>(option: ConfigOption<T>): T {
    const entry = this.entries.get(option.key);
    return entry === undefined ? option.default : (entry.value as T);
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
 * `yarn-site.xml` over what of `core-site.xml` has an effect here: most of that file is about other services.
 * @param confDir folder of both; a missing file counts as empty
 * @throws CONFIG_BAD_FILE, CONFIG_BAD_VALUE, each with file, line and reason
 */
export function loadYarnSite(confDir: string): YarnConfiguration {
  const known = new Set(YARN_SITE_OPTIONS.map(({ key }) => key));
  const core = [...readHadoopXml(join(confDir, 'core-site.xml'))].filter(([name]) => known.has(name));
  return YarnConfiguration.of(new Map([...core, ...readHadoopXml(join(confDir, 'yarn-site.xml'))]));
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
