/** How a command ends when something went wrong: the right text on the right stream, and the exit code. */
import { asWeftError, hasCode } from '../runtime/common/errors/index.js';
import { renderError, renderJsonError, renderProgramFailure } from './render/error.js';

const HELP_HINT = 'Use the help option (-h or --help) to get help on the command.';

const BAD_ARGUMENTS = ['CLI_BAD_ARGUMENTS', 'BAD_ID', 'BUNDLE_NO_ENTRY'] as const;

/** Wrong arguments are told on stdout, as Flink does, everything else on stderr. @returns the exit code */
export function reportError(error: unknown, json: boolean): number {
  return report(error, json, renderError);
}

/** The same for the actions that Flink has too: in the block that its scripts look for. */
export function reportProgramError(error: unknown, json: boolean): number {
  return report(error, json, renderProgramFailure);
}

function report(error: unknown, json: boolean, render: typeof renderError): number {
  if (json) {
    process.stderr.write(`${renderJsonError(error)}\n`);
  } else if (BAD_ARGUMENTS.some((code) => hasCode(error, code))) {
    process.stdout.write(`${asWeftError(error).message}\n\n${HELP_HINT}\n`);
  } else {
    process.stderr.write(`${render(error, isVerbose())}\n`);
  }
  return 1;
}

function isVerbose(): boolean {
  return ['debug', 'trace'].includes(process.env['WEFT_LOG_LEVEL'] ?? '');
}
