/** YARN's command string → argument vector. No shell ever sees it, so whatever only a shell understands is refused. */
import { parse } from 'shell-quote';
import { WeftError } from '../../runtime/common/errors/index.js';

const LOG_DIR = '<LOG_DIR>';
/** Stands for `<LOG_DIR>` while the words are split, because its brackets would be redirections. */
const PLACEHOLDER = '\u0001';
/** How YARN's clients end their commands; output goes there without being told. */
const OUTPUT_TO_LOGS = /\s*(?:1?>\s*<LOG_DIR>\/stdout|2>\s*<LOG_DIR>\/stderr)\s*$/;

/** @throws RM_BAD_SUBMISSION for operators, redirections, variables, patterns and comments */
export function splitCommand(command: string): string[] {
  let plain = command;
  while (OUTPUT_TO_LOGS.test(plain)) plain = plain.replace(OUTPUT_TO_LOGS, '');
  const words = parse(plain.replaceAll(LOG_DIR, PLACEHOLDER), (name) => ({ op: `$${name}` }));
  if (words.length === 0) throw refuse(command, 'it is empty');
  return words.map((word) => {
    if (typeof word === 'string') return word.replaceAll(PLACEHOLDER, LOG_DIR);
    if ('pattern' in word) throw refuse(command, `"${word.pattern}" is a pattern; quote it`);
    if ('comment' in word) throw refuse(command, `"#${word.comment}" is a comment; quote it`);
    throw refuse(command, `"${word.op}" is not a plain word; quote it if it is meant literally`);
  });
}

function refuse(command: string, reason: string): WeftError {
  return new WeftError('RM_BAD_SUBMISSION', `The command ${JSON.stringify(command)} was refused: ${reason}.`, {
    hint: 'A command is a program with plain arguments, run by no shell. Its stdout and stderr go to <LOG_DIR> anyway.',
  });
}
