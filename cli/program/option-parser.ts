/**
 * The grammar of Flink's command line: `-short`, `-long` and `--long` alike, `--long=value`, `-Dkey=value`, long names by an
 * unambiguous beginning, and, for actions that run a program, an end of all options at the program. (yargs does
 * the parsing; by default it would take `-jm` for `-j -m`, and look for options among the program's arguments.)
 */
import { Parser } from 'yargs/helpers';
import { WeftError } from '../../runtime/common/errors/index.js';

export interface OptionSpec {
  short?: string;
  long?: string;
  /** Name of the value in the help; left out for a switch. */
  value?: string;
  description: string;
  /** Still accepted, left out of the help. */
  hidden?: boolean;
}

/** A family of options: `-Dkey=value` and `-D key=value`. */
export interface PropertySpec {
  prefix: string;
  description: string;
  hidden?: boolean;
}

export interface ActionSpec<Name extends string> {
  options: Readonly<Record<Name, OptionSpec>>;
  properties: readonly PropertySpec[];
  /** Whether the first word that is no option ends the options. */
  stopsAtProgram: boolean;
}

export class ParsedOptions<Name extends string> {
  constructor(
    private readonly given: ReadonlyMap<string, readonly string[]>,
    /** Values of all `-D` families together, by key. */
    readonly properties: Readonly<Record<string, string>>,
    /** What is no option: the program and its arguments, a job id … */
    readonly words: readonly string[],
  ) {}

  has(name: Name): boolean {
    return this.given.has(name);
  }

  /** The last value given. */
  get(name: Name): string | undefined {
    return this.given.get(name)?.at(-1);
  }

  /** All values, in order. */
  all(name: Name): readonly string[] {
    return this.given.get(name) ?? [];
  }
}

/** @throws CLI_BAD_ARGUMENTS with commons-cli's words */
export function parseOptions<Name extends string>(
  argv: readonly string[],
  spec: ActionSpec<Name>,
): ParsedOptions<Name> {
  const specs = Object.entries<OptionSpec>(spec.options) as [Name, OptionSpec][];
  const valued = specs.filter(([, { value }]) => value !== undefined).map(([name]) => name);
  const prefixes = spec.properties.map(({ prefix }) => prefix.slice(1));
  const { argv: parsed, error } = Parser.detailed([...argv], {
    alias: aliasesOf(specs),
    boolean: [
      ...specs.filter(([, { value }]) => value === undefined).map(([name]) => name),
      ...bareProperties(argv, prefixes),
    ],
    string: [...valued, ...prefixes],
    narg: Object.fromEntries([...valued, ...prefixes].map((name) => [name, 1])),
    configuration: { ...GRAMMAR, 'halt-at-non-option': spec.stopsAtProgram },
  });
  if (error !== null)
    throw badArguments(error.message.replace('Not enough arguments following', 'Missing argument for option'));

  const given = new Map<Name, string[]>();
  for (const [name] of specs) if (parsed[name] !== undefined) given.set(name, texts(parsed[name]));
  const known = new Set<string>([
    ...Object.keys(aliasesOf(specs)),
    ...Object.values(aliasesOf(specs)).flat(),
    '_',
    '--',
  ]);
  const properties: Record<string, string> = {};
  for (const [key, value] of Object.entries(parsed)) {
    const prefix = prefixes.find((candidate) => key.startsWith(candidate) && !known.has(key));
    if (prefix !== undefined) {
      for (const text of texts(value))
        Object.assign(properties, propertyOf(key === prefix ? text : `${key.slice(prefix.length)}=${text}`));
    } else if (!known.has(key)) {
      throw unrecognized(argv.find((word) => word.replace(/^--?/, '').split('=')[0] === key) ?? key, specs);
    }
  }
  return new ParsedOptions(given, properties, [...texts(parsed._), ...texts(parsed['--'] ?? [])]);
}

function unrecognized(token: string, specs: readonly [string, OptionSpec][]): WeftError {
  const word = token.replace(/^--?/, '').split('=')[0] ?? '';
  const begun = specs.map(([, { long }]) => long).filter((long) => long?.startsWith(word) === true);
  if (word.length < 2 || begun.length < 2) return badArguments(`Unrecognized option: ${token}`);
  return badArguments(`Ambiguous option: '${token}'  (could be: ${begun.map((long) => `'${long}'`).join(', ')})`);
}

/** Flink's grammar in the terms of yargs: one dash does not mean a group of letters, and every value stays a text. */
const GRAMMAR = {
  'short-option-groups': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'boolean-negation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'populate--': true,
  'greedy-arrays': false,
} as const;

/** Every name that means an option: its short and long form, and each beginning of the long one that no other has. */
function aliasesOf<Name extends string>(specs: readonly [Name, OptionSpec][]): Record<string, string[]> {
  const full = new Set(specs.flatMap(([name, { short, long }]) => [name, short, long]));
  const longs = specs.map(([, { long }]) => long ?? '');
  return Object.fromEntries(
    specs.map(([name, { short, long = '' }]) => {
      const beginnings = Array.from({ length: Math.max(0, long.length - 2) }, (_, i) => long.slice(0, i + 2)).filter(
        (beginning) => !full.has(beginning) && longs.filter((other) => other.startsWith(beginning)).length === 1,
      );
      return [
        name,
        [short, long, ...beginnings].filter(
          (alias) => alias !== undefined && alias !== '' && alias !== name,
        ) as string[],
      ];
    }),
  );
}

/** `-Dkey` means `-Dkey=true`: declared as switches, these do not take the word behind them for their value. */
function bareProperties(argv: readonly string[], prefixes: readonly string[]): string[] {
  const isBare = (word: string): boolean =>
    !word.includes('=') && prefixes.some((prefix) => word.startsWith(`-${prefix}`) && word.length > prefix.length + 1);
  return argv.filter(isBare).map((word) => word.slice(1));
}

function propertyOf(text: string): Record<string, string> {
  const equals = text.indexOf('=');
  return equals < 0 ? { [text]: 'true' } : { [text.slice(0, equals)]: text.slice(equals + 1) };
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

export function badArguments(message: string): WeftError {
  return new WeftError('CLI_BAD_ARGUMENTS', message);
}
