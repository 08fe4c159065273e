/**
 * The grammar of Flink's command line: `-short`, `-long` and `--long` alike, `--long=value`, `-Dkey=value`, long names by an
 * unambiguous beginning, and, for actions that run a program, an end of all options at the program. (Libraries for
 * GNU-style options take `-jm` for `-j -m`, and look for options among the program's arguments.)
 */
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
  const given = new Map<Name, string[]>();
  const properties: Record<string, string> = {};
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const token = argv[at] ?? '';
    if (token === '--') {
      words.push(...argv.slice(at + 1));
      break;
    }
    if (!token.startsWith('-') || token === '-') {
      words.push(...(spec.stopsAtProgram ? argv.slice(at) : [token]));
      if (spec.stopsAtProgram) break;
      continue;
    }
    const property = spec.properties.find(({ prefix }) => token.startsWith(prefix));
    const option = findOption(token, spec);
    if (option !== undefined) {
      const { name, value: inline } = option;
      const needsValue = spec.options[name].value !== undefined;
      const value = inline ?? (needsValue ? argv[++at] : 'true');
      if (value === undefined) throw badArguments(`Missing argument for option: ${token.replace(/^-+/, '')}`);
      given.set(name, [...(given.get(name) ?? []), value]);
    } else if (property !== undefined) {
      const text = token === property.prefix ? argv[++at] : token.slice(property.prefix.length);
      if (text === undefined) throw badArguments(`Missing argument for option: ${property.prefix.slice(1)}`);
      const equals = text.indexOf('=');
      properties[equals < 0 ? text : text.slice(0, equals)] = equals < 0 ? 'true' : text.slice(equals + 1);
    } else {
      throw badArguments(`Unrecognized option: ${token}`);
    }
  }
  return new ParsedOptions(given, properties, words);
}

export function badArguments(message: string): WeftError {
  return new WeftError('CLI_BAD_ARGUMENTS', message);
}

function findOption<Name extends string>(
  token: string,
  { options }: ActionSpec<Name>,
): { name: Name; value: string | undefined } | undefined {
  const equals = token.indexOf('=');
  const [flag, value] = equals < 0 ? [token, undefined] : [token.slice(0, equals), token.slice(equals + 1)];
  const word = flag.replace(/^--?/, '');
  const entries = Object.entries(options) as [Name, OptionSpec][];
  const exact = entries.find(([, { short, long }]) => (short === word && !flag.startsWith('--')) || long === word);
  if (exact !== undefined) return { name: exact[0], value };
  if (word.length < 2) return undefined;
  const begun = entries.filter(([, { long }]) => long?.startsWith(word) === true);
  if (begun.length > 1) {
    const names = begun.map(([, { long }]) => `'${long}'`).join(', ');
    throw badArguments(`Ambiguous option: '${flag}'  (could be: ${names})`);
  }
  return begun[0] === undefined ? undefined : { name: begun[0][0], value };
}
