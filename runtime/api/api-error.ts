import { WeftError, type ErrorCode } from '../common/errors/index.js';
import { declaredAt } from './declared-at.js';

/** An error of the call that is under way, with the line of the user's program that made it. */
export function apiError(code: ErrorCode, message: string, hint?: string): WeftError {
  const at = declaredAt();
  return new WeftError(code, at === undefined ? message : `${message} (at ${at})`, {
    ...(at === undefined ? {} : { subject: at }),
    ...(hint === undefined ? {} : { hint }),
  });
}
