import { badArguments, type ParsedOptions } from './option-parser.js';

/** The program is the first word, or named by -j; the rest are its arguments. @throws CLI_BAD_ARGUMENTS */
export function programWords(options: ParsedOptions<string>): { path: string; args: readonly string[] } {
  const named = options.get('program');
  if (named !== undefined) return { path: named, args: options.words };
  const [path, ...args] = options.words;
  if (path === undefined) throw badArguments('The program to run must be named: a TypeScript or JavaScript file.');
  return { path, args };
}
