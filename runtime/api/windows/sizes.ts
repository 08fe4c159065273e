/** Checks of what a program says about its windows. */
import { apiError } from '../api-error.js';
import { durationMs, signedDurationMs, type Duration } from '../checks.js';

/** Whole milliseconds from 1. @throws API_BAD_ARGUMENT */
export function checkSpan(what: string, duration: Duration): number {
  const value = durationMs(what, duration);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw apiError('API_BAD_ARGUMENT', `${what} must be whole milliseconds of at least 1, not ${String(duration)}.`);
}

/** How far a grid of windows is moved: less than a step of it, either way. @throws API_BAD_ARGUMENT */
export function checkOffset(owner: string, offset: Duration, stepMs: number): number {
  const value = signedDurationMs(`The offset of ${owner}`, offset);
  if (Number.isSafeInteger(value) && Math.abs(value) < stepMs) return value;
  throw apiError(
    'API_BAD_ARGUMENT',
    `The offset of ${owner} must be whole milliseconds and less than ${stepMs} either way, not ${String(offset)}.`,
  );
}
