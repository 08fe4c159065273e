/**
 * Reads typed values out of the properties of Hadoop's files. Whatever is asked for counts as known, so that what
 * nobody asks for can be told to the user, with a did-you-mean.
 */
import { nearest, type RawEntry } from '../../runtime/common/config/configuration.js';
import { WeftError } from '../../runtime/common/errors/index.js';

export interface NumberRange {
  min?: number;
  max?: number;
}

export class PropertyReader {
  private readonly asked = new Set<string>();
  /** Sorted names, so that what lies below a prefix is found without a look at all: there may be thousands of queues. */
  private sorted: string[] | undefined;

  constructor(private readonly properties: ReadonlyMap<string, RawEntry>) {}

  /** The trimmed text; undefined where it is not set or empty. */
  text(key: string): string | undefined {
    this.asked.add(key);
    const value = this.properties.get(key)?.value.trim();
    return value === '' ? undefined : value;
  }

  /** As written, blanks and all: an ACL of one blank means nobody. */
  raw(key: string): string | undefined {
    this.asked.add(key);
    return this.properties.get(key)?.value;
  }

  flag(key: string, byDefault: boolean): boolean {
    const text = this.text(key)?.toLowerCase();
    if (text === undefined) return byDefault;
    if (text === 'true' || text === 'false') return text === 'true';
    throw this.error(key, `"${text}" is neither true nor false.`);
  }

  number<T extends number | undefined>(key: string, byDefault: T, range: NumberRange = {}): number | T {
    const text = this.text(key);
    if (text === undefined) return byDefault;
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.error(key, `"${text}" is not a number.`);
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
    if (value < min || value > max) {
      throw this.error(key, `${text} is ${value < min ? `less than ${min}` : `more than ${max}`}.`);
    }
    return value;
  }

  integer<T extends number | undefined>(key: string, byDefault: T, range: NumberRange = {}): number | T {
    const value = this.number(key, byDefault, range);
    if (value !== undefined && !Number.isInteger(value)) throw this.error(key, `${value} is not a whole number.`);
    return value;
  }

  choice<T extends string>(key: string, values: readonly T[], byDefault: T): T {
    const text = this.text(key);
    if (text === undefined) return byDefault;
    const found = values.find((value) => value.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw this.error(key, `"${text}" is none of ${values.join(', ')}.`);
    return found;
  }

  /** Items between commas. */
  list(key: string): string[] | undefined {
    return this.text(key)
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  isSet(key: string): boolean {
    return this.text(key) !== undefined;
  }

  /** `file:line` of the key, or that it is not set. */
  originOf(key: string): string {
    return this.properties.get(key)?.origin ?? `(${key} is not set)`;
  }

  /** Names of set keys with this beginning. */
  keysUnder(prefix: string): string[] {
    this.sorted ??= [...this.properties.keys()].sort();
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sorted[middle] ?? '') < prefix) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (this.sorted[end]?.startsWith(prefix)) end++;
    return this.sorted.slice(low, end);
  }

  /** A contradiction at this key: file, line and reason. */
  error(key: string, reason: string): WeftError {
    const origin = this.properties.get(key)?.origin;
    return new WeftError('RM_BAD_QUEUES', `${origin === undefined ? '' : `${origin}: `}${key}: ${reason}`, {
      subject: key,
    });
  }

  /** What is set below the prefix and was never asked for, one sentence each. */
  unknown(prefix: string): string[] {
    const known = [...this.asked];
    return this.keysUnder(prefix)
      .filter((key) => !this.asked.has(key))
      .map((key) => {
        const near = nearest(key, known);
        return `${this.originOf(key)}: the key ${key} has no effect.${near === undefined ? '' : ` Did you mean ${near}?`}`;
      });
  }
}
