import { badArguments } from '../program/option-parser.js';

/** @throws CLI_BAD_ARGUMENTS */
export function timeoutSecondsOf(text: string | undefined): { timeoutSeconds?: number } {
  if (text === undefined) return {};
  if (/^(-1|\d+)$/.test(text)) return { timeoutSeconds: Number(text) };
  throw badArguments(`${text} is no number of seconds; -1 stands for however long.`);
}
