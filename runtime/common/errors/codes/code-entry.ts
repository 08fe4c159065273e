/** Who has to act: the user (bad input), the world outside (disk, peer, broker), or Weft's developers. */
export type ErrorDomain = 'user' | 'external' | 'internal';

/** Whether trying the same thing again can help. */
export type Retry = 'no' | 'backoff';

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
