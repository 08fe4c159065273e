import type { ErrorDomain, Retry } from '../weft-error.js';

/** One line of the registry of error codes. */
export interface CodeEntry {
  readonly domain: ErrorDomain;
  /** One sentence: when this code appears. Printed in `docs/reference/errors.md`. */
  readonly summary: string;
  /** One sentence: what to do. Shown below the message unless the thrower knows better. */
  readonly hint: string;
  /** @default 'no' */
  readonly retry?: Retry;
}

export function defineCodes<const K extends string>(codes: Record<K, CodeEntry>): Record<K, CodeEntry> {
  return codes;
}
