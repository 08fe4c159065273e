/** A checked, immutable set of configuration values, each knowing which layer set it. */
import { WeftError } from '../errors/index.js';
import type { ConfigOption } from './option.js';

/** Where a value came from: the default, a file with its line, the command line … */
export type Origin = string;

export interface RawEntry {
  value: string;
  origin: Origin;
}

interface Entry {
  value: unknown;
  text: string;
  origin: Origin;
}

/** Keys whose values are never shown, as in Flink. */
const SENSITIVE =
  /password|secret|fs\.azure\.account\.key|apikey|api-key|auth-params|service-key|token|basic-auth|jaas\.config|http-headers/i;

export const HIDDEN = '******';

export class Configuration {
  private constructor(
    private readonly options: readonly ConfigOption<unknown>[],
    private readonly entries: ReadonlyMap<string, Entry>,
    /** Values of open key families (prefixes), by full key, and of warnings' keys. */
    private readonly open: ReadonlyMap<string, RawEntry>,
  ) {}

  /**
   * Parses and checks the layers, later ones first in rank.
   * @param openPrefixes families of keys that take any name, e.g. `containerized.taskmanager.env.`
   * @throws CONFIG_UNKNOWN_KEY with a did-you-mean, CONFIG_BAD_VALUE
   */
  static of(
    options: readonly ConfigOption<unknown>[],
    openPrefixes: readonly string[],
    layers: readonly ReadonlyMap<string, RawEntry>[],
  ): Configuration {
    const byName = new Map<string, ConfigOption<unknown>>();
    for (const option of options) for (const name of [option.key, ...option.oldKeys]) byName.set(name, option);
    const entries = new Map<string, Entry>();
    const open = new Map<string, RawEntry>();
    for (const layer of layers) {
      for (const [name, { value, origin }] of layer) {
        const option = byName.get(name);
        if (option !== undefined) {
          if (name !== option.key && layer.has(option.key)) continue;
          entries.set(option.key, { value: parseAt(option, value, origin), text: value, origin });
        } else if (openPrefixes.some((prefix) => name.startsWith(prefix))) {
          open.set(name, { value, origin });
        } else {
          throw unknownKey(name, origin, [...byName.keys()]);
        }
      }
    }
    return new Configuration(options, entries, open);
  }

  get<T>(option: ConfigOption<T>): T {
    const entry = this.entries.get(option.key);
    return entry === undefined ? option.default : (entry.value as T);
  }

  /** Whether any layer set the key. */
  isSet(option: ConfigOption<unknown>): boolean {
    return this.entries.has(option.key);
  }

  originOf(option: ConfigOption<unknown>): Origin {
    return this.entries.get(option.key)?.origin ?? 'default';
  }

  /** The keys under an open prefix, without it. */
  family(prefix: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const [key, { value }] of this.open) if (key.startsWith(prefix)) found.set(key.slice(prefix.length), value);
    return found;
  }

  /** What was set, as text by key: to ship the configuration to another process. */
  toProperties(): Record<string, string> {
    const properties: Record<string, string> = {};
    for (const [key, { text }] of this.entries) properties[key] = text;
    for (const [key, { value }] of this.open) properties[key] = value;
    return properties;
  }

  /** For people and REST: every key that was set, with secrets hidden. */
  toDisplay(): { key: string; value: string; origin: Origin }[] {
    const rows: { key: string; value: string; origin: Origin }[] = [];
    for (const [key, { text, origin }] of this.entries) rows.push({ key, value: hide(key, text), origin });
    for (const [key, { value, origin }] of this.open) rows.push({ key, value: hide(key, value), origin });
    return rows.sort((a, b) => a.key.localeCompare(b.key));
  }

  /** This configuration with more values on top. @throws as `of` */
  with(
    properties: Readonly<Record<string, string>>,
    origin: Origin,
    openPrefixes: readonly string[] = [],
  ): Configuration {
    const base = new Map<string, RawEntry>();
    for (const [key, { text, origin: from }] of this.entries) base.set(key, { value: text, origin: from });
    for (const [key, entry] of this.open) base.set(key, entry);
    const top = new Map(Object.entries(properties).map(([key, value]) => [key, { value, origin }]));
    const prefixes = [...openPrefixes, ...this.open.keys()];
    return Configuration.of(this.options, prefixes, [base, top]);
  }
}

function parseAt(option: ConfigOption<unknown>, text: string, origin: Origin): unknown {
  try {
    return option.parse(text);
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    throw new WeftError('CONFIG_BAD_VALUE', `${error.message} (set by ${origin})`, { subject: option.key });
  }
}

function unknownKey(name: string, origin: Origin, known: readonly string[]): WeftError {
  const near = nearest(name, known);
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  return new WeftError('CONFIG_UNKNOWN_KEY', `There is no configuration key "${name}" (set by ${origin}).${meant}`, {
    subject: name,
  });
}

function hide(key: string, value: string): string {
  return SENSITIVE.test(key) ? HIDDEN : value;
}

/** The known word that is nearest in edit distance, if it is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance; any number ≥ `limit` once it cannot be less. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? limit;
}
