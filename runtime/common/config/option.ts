/** One configuration key: its type, default, older names, and what it means. `docs/reference/config.md` is made from these. */
import { WeftError } from '../errors/index.js';
import { formatBytes, formatDurationMs, parseDurationMs, parseMemoryBytes } from '../units.js';

export interface ConfigOption<T> {
  readonly key: string;
  readonly type: string;
  readonly default: T;
  /** Older names that still work, as in Flink. */
  readonly oldKeys: readonly string[];
  readonly description: string;
  parse(text: string): T;
  format(value: T): string;
}

interface Definition<T> {
  key: string;
  default: T;
  oldKeys?: readonly string[];
  description: string;
}

function define<T>(
  type: string,
  definition: Definition<T>,
  parse: (text: string) => NonNullable<T>,
  format: (value: NonNullable<T>) => string = String,
): ConfigOption<T> {
  return {
    oldKeys: [],
    ...definition,
    type,
    parse: (text) => {
      try {
        return parse(text.trim());
      } catch (error) {
        // The message says all that the cause would.
        const reason = error instanceof Error ? error.message : String(error);
        throw new WeftError('CONFIG_BAD_VALUE', `${definition.key}: ${reason}`, { subject: definition.key });
      }
    },
    format: (value) => (value === undefined || value === null ? '(none)' : format(value)),
  };
}

export function stringOption(definition: Definition<string>): ConfigOption<string>;
export function stringOption(definition: Definition<string | undefined>): ConfigOption<string | undefined>;
export function stringOption(definition: Definition<string | undefined>): ConfigOption<string | undefined> {
  return define<string | undefined>('String', definition, (text) => text);
}

/** `user1,user2 group1,group2`, `*` for everybody; blanks count, since what follows the first one are groups. */
export function accessListOption(definition: Definition<string>): ConfigOption<string> {
  return { ...define('Access list', definition, (text) => text), parse: (text) => text };
}

export function booleanOption(definition: Definition<boolean>): ConfigOption<boolean> {
  return define('Boolean', definition, (text) => {
    if (/^true$/i.test(text)) return true;
    if (/^false$/i.test(text)) return false;
    throw new Error(`"${text}" is neither true nor false.`);
  });
}

export interface Range {
  min?: number;
  max?: number;
}

export function integerOption(definition: Definition<number> & Range): ConfigOption<number>;
export function integerOption(definition: Definition<number | undefined> & Range): ConfigOption<number | undefined>;
export function integerOption(definition: Definition<number | undefined> & Range): ConfigOption<number | undefined> {
  return define<number | undefined>('Integer', definition, (text) => {
    if (!/^-?\d+$/.test(text)) throw new Error(`"${text}" is not a whole number.`);
    return inRange(Number(text), definition);
  });
}

export function numberOption(definition: Definition<number> & Range): ConfigOption<number> {
  return define('Double', definition, (text) => {
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) throw new Error(`"${text}" is not a number.`);
    return inRange(value, definition);
  });
}

/** The value is in milliseconds; the text is a duration such as `10 s`, or a bare number of milliseconds. */
export function durationOption(definition: Definition<number> & Range): ConfigOption<number>;
export function durationOption(definition: Definition<number | undefined> & Range): ConfigOption<number | undefined>;
export function durationOption(definition: Definition<number | undefined> & Range): ConfigOption<number | undefined> {
  return define<number | undefined>(
    'Duration',
    definition,
    (text) => inRange(parseDurationMs(text), definition, formatDurationMs),
    (value) => formatDurationMs(value),
  );
}

/** The value is in bytes; the text is a memory size such as `512m`. */
export function memoryOption(definition: Definition<number> & Range): ConfigOption<number>;
export function memoryOption(definition: Definition<number | undefined> & Range): ConfigOption<number | undefined>;
export function memoryOption(definition: Definition<number | undefined> & Range): ConfigOption<number | undefined> {
  return define<number | undefined>(
    'MemorySize',
    definition,
    (text) => inRange(parseMemoryBytes(text), definition, formatBytes),
    (value) => formatBytes(value),
  );
}

/** Case-insensitive, as Flink's enums are. */
export function enumOption<T extends string | undefined>(
  definition: Definition<T> & { values: readonly NonNullable<T>[] },
): ConfigOption<T> {
  return define<T>(`Enum (${definition.values.join(', ')})`, definition, (text) => {
    const match = definition.values.find((value) => value.toLowerCase() === text.toLowerCase());
    if (match === undefined) throw new Error(`"${text}" is none of ${definition.values.join(', ')}.`);
    return match;
  });
}

/** @param definition.separator of the items: Flink's lists have `;`, which is the default, and Hadoop's `,` */
export function listOption(
  definition: Definition<readonly string[]> & { separator?: ';' | ',' },
): ConfigOption<readonly string[]> {
  const { separator = ';' } = definition;
  return define(
    'List<String>',
    definition,
    (text) =>
      text
        .split(separator)
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    (value) => value.join(separator),
  );
}

/** A port, or a range `50100-50200` of which the first free one is taken; 0 = any free port. */
export function portOption(
  definition: Definition<{ from: number; to: number }>,
): ConfigOption<{ from: number; to: number }> {
  return define(
    'Port or range',
    definition,
    (text) => {
      const match = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(text);
      const from = Number(match?.[1]);
      const to = Number(match?.[2] ?? match?.[1]);
      if (match === null || to > 65_535 || from > to) throw new Error(`"${text}" is not a port or a range of ports.`);
      return { from, to };
    },
    ({ from, to }) => (from === to ? String(from) : `${from}-${to}`),
  );
}

/** `host:port`, as the addresses in Hadoop's files are written. */
export function addressOption(
  definition: Definition<{ host: string; port: number } | undefined>,
): ConfigOption<{ host: string; port: number } | undefined> {
  return define(
    'host:port',
    definition,
    (text) => {
      const match = /^(\[[^\]]+\]|[^:\s]+):(\d+)$/.exec(text);
      const port = Number(match?.[2]);
      if (match === null || port > 65_535) throw new Error(`"${text}" is not of the form host:port.`);
      return { host: match[1] ?? '', port };
    },
    ({ host, port }) => `${host}:${port}`,
  );
}

function inRange(value: number, { min, max }: Range, format: (value: number) => string = String): number {
  if (min !== undefined && value < min) throw new Error(`${format(value)} is less than ${format(min)}.`);
  if (max !== undefined && value > max) throw new Error(`${format(value)} is more than ${format(max)}.`);
  return value;
}
