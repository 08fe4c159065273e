/** What comes out of a program's main part, as an error that shows the user's own lines. */
import { WeftError } from '../common/errors/index.js';
import { mapUserStack } from './source-mapping.js';

/** Weft's own errors pass (with their stack mapped); whatever else was thrown becomes BUNDLE_PROGRAM_FAILED. */
export function programError(thrown: unknown, folder: string): WeftError {
  if (thrown instanceof Error) thrown.stack = mapUserStack(thrown, folder);
  if (thrown instanceof WeftError) return thrown;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new WeftError('BUNDLE_PROGRAM_FAILED', `The main part of the program threw ${message}`, { cause: thrown });
}
