/** The bundler's complaints as errors that show the user's line. */
import type { BuildFailure, Message } from 'esbuild';
import { WeftError } from '../common/errors/index.js';
import type { ErrorCode } from '../common/errors/index.js';

export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

/** The first complaint, with its code frame; the number of others is told. */
export function bundleError(failure: BuildFailure): WeftError {
  const [first, ...others] = failure.errors;
  if (first === undefined) return new WeftError('BUNDLE_FAILED', failure.message, { cause: failure });
  const where = placeOf(first);
  const more = others.length === 0 ? '' : `\n(and ${others.length} more)`;
  const message = `${where === undefined ? '' : `${where}: `}${textOf(first)}${codeFrame(first)}${more}`;
  return new WeftError(codeOf(first), message, where === undefined ? {} : { subject: where });
}

function codeOf({ text, pluginName }: Message): ErrorCode {
  if (text.startsWith('Could not resolve') || text.startsWith('No matching export')) return 'BUNDLE_UNRESOLVED_IMPORT';
  return pluginName === '' ? 'BUNDLE_SYNTAX' : 'BUNDLE_FAILED';
}

function textOf({ text, location }: Message): string {
  const missing = /^Could not resolve "(.+)"$/.exec(text);
  if (missing !== null) return `the import "${missing[1]}" of ${location?.file ?? 'the program'} is not there`;
  return text.replace('weft-api:weft-stream', 'weft-stream');
}

function placeOf({ location }: Message): string | undefined {
  return location === null ? undefined : `${location.file}:${location.line}:${location.column + 1}`;
}

function codeFrame({ location }: Message): string {
  if (location === null) return '';
  const number = String(location.line);
  const marks = '^'.repeat(Math.max(1, location.length));
  const margin = ' '.repeat(number.length);
  return `\n\n  ${number} | ${location.lineText}\n  ${margin} | ${' '.repeat(location.column)}${marks}\n`;
}
