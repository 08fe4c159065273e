/** What commands that ask a ResourceManager one thing have in common: options, help, the connection, JSON, errors. */
import type { Command } from '../command.js';
import { reportError } from '../errors.js';
import { print } from '../output.js';
import {
  badArguments,
  parseOptions,
  type ActionSpec,
  type OptionSpec,
  type ParsedOptions,
} from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';
import type { ResourceManagerClient } from './resourcemanager-client.js';
import { withResourceManager } from './with-resource-manager.js';

/** What was found out or done: as text, and as JSON. */
export interface Outcome {
  text: string;
  result: object;
}

export interface ClientCommand<Name extends string> {
  /** `weft node -list` */
  usage: string;
  about: string;
  options: Readonly<Record<Name, OptionSpec>>;
  /** How many words may stand beside the options. @default 0 */
  words?: number;
  /** What is to be done. @throws CLI_BAD_ARGUMENTS before anything is connected to */
  readonly plan: (options: ParsedOptions<Name | 'json'>) => (client: ResourceManagerClient) => Promise<Outcome>;
}

const COMMON = {
  rm: { long: 'rm', value: 'url', description: 'Address of the ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};

export function clientCommand<Name extends string>(command: ClientCommand<Name>): Command {
  const { usage, about, options, plan, words = 0 } = command;
  const spec: ActionSpec<Name | keyof typeof COMMON> = {
    options: { ...options, ...COMMON },
    properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
    stopsAtProgram: false,
  };
  return async (argv) => {
    const json = argv.includes('--json');
    try {
      const given = parseOptions(argv, spec);
      if (given.has('help')) {
        print(actionHelp(usage, about, spec));
        return 0;
      }
      const surplus = given.words[words];
      if (surplus !== undefined) throw badArguments(`Unrecognized argument: ${surplus}`);
      const { text, result } = await withResourceManager(given, plan(given));
      print(json ? JSON.stringify(result) : text);
      return 0;
    } catch (error) {
      return reportError(error, json);
    }
  };
}

/** The one of these options that was given. @throws CLI_BAD_ARGUMENTS for none, or several */
export function theOneOf<Name extends string>(options: ParsedOptions<Name>, names: readonly Name[]): Name {
  const [one, other] = names.filter((name) => options.has(name));
  if (one !== undefined && other === undefined) return one;
  throw badArguments(`Please specify one of ${names.map((name) => `-${name}`).join(', ')}.`);
}
