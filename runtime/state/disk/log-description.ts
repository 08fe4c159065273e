/** What must be known to read a log: what its numbers stand for, and which parts it consists of. */
import { Type, type Static } from 'typebox';
import { WeftError } from '../../common/errors/index.js';
import { describeMismatch } from '../../common/wire/validators.js';
import { KEY_HASH_VERSION } from '../../serde/index.js';

/** Counts up when the layout of records or of the description changes. */
export const LOG_FORMAT_VERSION = 1;

const LogDescriptionSchema = Type.Object({
  formatVersion: Type.Integer(),
  keyHashVersion: Type.Integer(),
  maxParallelism: Type.Integer({ minimum: 1 }),
  keyGroups: Type.Object({ start: Type.Integer(), end: Type.Integer() }),
  states: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.String(),
      /** Of values, by their number in records less 1. */
      shapes: Type.Array(Type.Unknown()),
      /** As the program declared it. */
      type: Type.Optional(Type.Unknown()),
    }),
  ),
  /** The buckets that count: number in records, index of the state, namespace. */
  buckets: Type.Array(Type.Tuple([Type.Integer(), Type.Integer(), Type.Union([Type.Number(), Type.String()])])),
  /** The oldest first, with the number of files of each. */
  segments: Type.Array(Type.Object({ id: Type.Integer(), files: Type.Integer({ minimum: 0 }) })),
});
export type LogDescription = Static<typeof LogDescriptionSchema>;

/** @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN, STATE_MAX_PARALLELISM_CHANGED */
export function parseLogDescription(bytes: Uint8Array, maxParallelism: number): LogDescription {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw corruptLog(`its description is not JSON (${String(error)})`);
  }
  const mismatch = describeMismatch(LogDescriptionSchema, parsed);
  if (mismatch !== undefined) throw corruptLog(`its description is malformed: ${mismatch}`);
  const description = parsed as LogDescription;
  if (description.formatVersion !== LOG_FORMAT_VERSION || description.keyHashVersion !== KEY_HASH_VERSION) {
    throw new WeftError(
      'STATE_FORMAT_UNKNOWN',
      `A log of keyed state was written in format ${description.formatVersion}.${description.keyHashVersion}; this Weft reads ${LOG_FORMAT_VERSION}.${KEY_HASH_VERSION}.`,
    );
  }
  if (description.maxParallelism !== maxParallelism) {
    throw new WeftError(
      'STATE_MAX_PARALLELISM_CHANGED',
      `Keyed state was written with a maximum parallelism of ${description.maxParallelism}; the operator has ${maxParallelism} now.`,
    );
  }
  return description;
}

export function corruptLog(why: string): WeftError {
  return new WeftError('STATE_CORRUPT', `A log of keyed state cannot be read: ${why}.`);
}
