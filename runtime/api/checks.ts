/** Checks of the numbers and names that a program passes; each failure names the program's line. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDurationMs } from '../common/units.js';
import { Time } from './environment/time.js';
import { apiError } from './api-error.js';

/** The most key groups that a job can have, as in Flink. */
export const MAX_PARALLELISM_LIMIT = 32_768;

/** @throws API_PARALLELISM */
export function checkParallelism(parallelism: number): number {
  if (Number.isSafeInteger(parallelism) && parallelism >= 1) return parallelism;
  throw apiError('API_PARALLELISM', `A parallelism must be a whole number of at least 1, not ${String(parallelism)}.`);
}

/** @throws API_PARALLELISM */
export function checkMaxParallelism(maxParallelism: number): number {
  if (Number.isSafeInteger(maxParallelism) && maxParallelism >= 1 && maxParallelism <= MAX_PARALLELISM_LIMIT) {
    return maxParallelism;
  }
  throw apiError(
    'API_PARALLELISM',
    `A maximum parallelism must be a whole number from 1 to ${MAX_PARALLELISM_LIMIT}, not ${String(maxParallelism)}.`,
  );
}

/** Milliseconds, -1 = only full buffers, 0 = each record. @throws API_BAD_ARGUMENT */
export function checkBufferTimeout(timeoutMs: number): number {
  if (timeoutMs === -1 || (Number.isFinite(timeoutMs) && timeoutMs >= 0)) return timeoutMs;
  throw apiError('API_BAD_ARGUMENT', `A buffer timeout is -1 or milliseconds from 0, not ${String(timeoutMs)}.`);
}

/** @throws API_BAD_ARGUMENT */
export function checkName(what: string, name: unknown): string {
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw apiError('API_BAD_ARGUMENT', `${what} must be a text that is not empty, not ${JSON.stringify(name)}.`);
}

/**
 * The whole path of a file: a relative one counts from the folder in which the user runs the program, wherever the subtask
 * that opens it runs. `file:` addresses are taken as well. @throws API_BAD_ARGUMENT
 */
export function checkPath(what: string, path: unknown): string {
  const text = checkName(what, path);
  return text.startsWith('file:') ? fileURLToPath(text) : resolve(process.cwd(), text);
}

/** @throws API_BAD_ARGUMENT */
export function checkInteger(what: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw apiError('API_BAD_ARGUMENT', `${what} must be a whole number ${range}, not ${String(value)}.`);
}

/** A time as the API takes it: milliseconds, a `Time`, or a text such as `10 s`. */
export type Duration = number | Time | string;

/** @throws API_BAD_ARGUMENT */
export function durationMs(what: string, duration: Duration): number {
  const value = readDuration(duration);
  if (Number.isFinite(value) && value >= 0) return value;
  throw apiError('API_BAD_ARGUMENT', `${what} must be a time of at least 0, not ${String(duration)}.`);
}

/** As `durationMs`, but it may be negative. @throws API_BAD_ARGUMENT */
export function signedDurationMs(what: string, duration: Duration): number {
  const value = readDuration(duration);
  if (Number.isFinite(value)) return value;
  throw apiError('API_BAD_ARGUMENT', `${what} must be a time, not ${String(duration)}.`);
}

function readDuration(duration: Duration): number {
  if (duration instanceof Time) return duration.toMilliseconds();
  if (typeof duration === 'number') return duration;
  try {
    return parseDurationMs(duration);
  } catch {
    return NaN;
  }
}
