/** What the commands of a cluster's life have in common: help, stray words, errors, and numbers among the options. */
import type { Command } from '../command.js';
import { reportError } from '../errors.js';
import { print } from '../output.js';
import { badArguments, parseOptions, type OptionSpec, type ParsedOptions } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';

export interface ClusterCommand<Name extends string> {
  readonly usage: string;
  readonly about: string;
  readonly options: Readonly<Record<Name, OptionSpec>>;
  /** How many words beside options it takes. @default 0 */
  readonly words?: number;
  /** @returns the exit code */
  run(options: ParsedOptions<Name | 'help'>): Promise<number>;
}

const HELP: OptionSpec = { short: 'h', long: 'help', description: 'Shows this help' };

export function clusterCommand<Name extends string>(definition: ClusterCommand<Name>): Command {
  const { about, usage, words = 0 } = definition;
  const options = { ...definition.options, help: HELP } as Readonly<Record<Name | 'help', OptionSpec>>;
  const spec = { options, properties: [], stopsAtProgram: false };
  return async (argv) => {
    try {
      const parsed = parseOptions<Name | 'help'>(argv, spec);
      if (parsed.has('help')) {
        print(actionHelp(usage, about, spec));
        return 0;
      }
      const surplus = parsed.words[words];
      if (surplus !== undefined) throw badArguments(`Unrecognized argument: ${surplus}`);
      return await definition.run(parsed);
    } catch (error) {
      return reportError(error, argv.includes('--json'));
    }
  };
}

/** @throws CLI_BAD_ARGUMENTS */
export function wholeNumber<Name extends string>(options: ParsedOptions<Name>, name: Name): number | undefined {
  const text = options.get(name);
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw badArguments(`The option ${name} takes a whole number, not "${text}".`);
}
