import type { RowField, TypeDescription } from './description.js';

/** What a field holds in state that was kept before there was the field. */
export interface Fill {
  /** A value of its own for each record. */
  readonly value: () => unknown;
}

/**
 * The declared default; else what Flink's POJOs have: 0, `false`, null where null may be. Undefined: there is nothing to fill it with.
 */
export function fillOf({ type, optional, default: given }: RowField): Fill | undefined {
  if (optional) return { value: () => undefined };
  if (given !== undefined) {
    return { value: typeof given === 'object' && given !== null ? () => structuredClone(given) : () => given };
  }
  const value = impliedDefault(type);
  return value === undefined ? undefined : { value: () => value };
}

function impliedDefault(type: TypeDescription): unknown {
  switch (type.kind) {
    case 'int':
    case 'long':
    case 'double':
      return 0;
    case 'bigint':
      return 0n;
    case 'boolean':
      return false;
    case 'nullable':
      return null;
    default:
      return undefined;
  }
}
