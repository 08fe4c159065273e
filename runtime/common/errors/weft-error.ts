import { inspect } from 'node:util';
import type { ErrorDomain, Retry } from './codes/code-entry.js';
import { CODES, type ErrorCode } from './codes/index.js';

/** How an error travels over a socket: the whole chain of causes survives each hop. */
export interface WireError {
  code: string;
  message: string;
  hint?: string;
  /** What the error is about: an operator, a queue, a file with its line … */
  subject?: string;
  /** The user's own stack, mapped to their source, where user code threw. */
  stack?: string;
  causes: { code?: string; message: string; stack?: string }[];
}

export interface WeftErrorOptions {
  /** What the error is about: an operator, a queue, a file with its line … */
  subject?: string;
  /** Overrides the hint that the registry gives for the code. */
  hint?: string;
  cause?: unknown;
}

const BRAND = Symbol.for('weft-stream.WeftError');

/**
 * Every failure that leaves a module of Weft. The code is stable and listed in `docs/reference/errors.md`.
 * `instanceof` works across bundles, threads and realms, because it looks for a brand.
 */
export class WeftError extends Error {
  readonly code: ErrorCode;
  readonly domain: ErrorDomain;
  readonly retry: Retry;
  readonly hint: string;
  readonly subject: string | undefined;

  constructor(code: ErrorCode, message: string, options: WeftErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WeftError';
    const entry = CODES[code];
    this.code = code;
    this.domain = entry.domain;
    this.retry = entry.retry ?? 'no';
    this.hint = options.hint ?? entry.hint;
    this.subject = options.subject;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** Whether the value is a WeftError with this code. */
export function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof WeftError && error.code === code;
}

/** Any thrown value as a WeftError; what is not one already becomes INTERNAL with the value as its cause. */
export function asWeftError(error: unknown): WeftError {
  if (error instanceof WeftError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new WeftError('INTERNAL', message, { cause: error });
}

/** The error with its chain of causes, ready for JSON. */
export function toWireError(error: unknown): WireError {
  const top = asWeftError(error);
  const causes: WireError['causes'] = [];
  let cause: unknown = top.cause;
  while (cause !== undefined && cause !== null && causes.length < 16) {
    if (cause instanceof Error) {
      causes.push({
        ...(cause instanceof WeftError ? { code: cause.code } : {}),
        message:
          cause.name === 'WeftError' || cause.name === 'Error' ? cause.message : `${cause.name}: ${cause.message}`,
        ...(cause.stack === undefined ? {} : { stack: cause.stack }),
      });
      cause = cause.cause;
    } else {
      causes.push({ message: typeof cause === 'string' ? cause : inspect(cause) });
      cause = undefined;
    }
  }
  return {
    code: top.code,
    message: top.message,
    hint: top.hint,
    ...(top.subject === undefined ? {} : { subject: top.subject }),
    ...(top.stack === undefined ? {} : { stack: top.stack }),
    causes,
  };
}

/** The error that a peer sent, with its causes as real `Error`s again. */
export function fromWireError(wire: WireError): WeftError {
  let cause: Error | undefined;
  for (const entry of wire.causes.toReversed()) {
    const error: Error =
      entry.code !== undefined && isErrorCode(entry.code)
        ? new WeftError(entry.code, entry.message, cause === undefined ? {} : { cause })
        : new Error(entry.message, cause === undefined ? undefined : { cause });
    if (entry.stack !== undefined) error.stack = entry.stack;
    cause = error;
  }
  const code: string = wire.code;
  const message = isErrorCode(code) ? wire.message : `${code}: ${wire.message}`;
  const error = new WeftError(isErrorCode(code) ? code : 'INTERNAL', message, {
    ...(wire.hint === undefined ? {} : { hint: wire.hint }),
    ...(wire.subject === undefined ? {} : { subject: wire.subject }),
    ...(cause === undefined ? {} : { cause }),
  });
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(CODES, code);
}
