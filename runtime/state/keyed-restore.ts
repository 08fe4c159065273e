/** Reads keyed state back: the portions of a snapshot, entry by entry, into a backend. */
import { Type } from 'typebox';
import { WeftError } from '../common/errors/index.js';
import { describeMismatch } from '../common/wire/validators.js';
import {
  cursorOver,
  decodeTagged,
  KEY_HASH_VERSION,
  RecordDecoder,
  type Cursor,
  type Shape,
  type ShapeReader,
} from '../serde/index.js';
import type { KeySpace } from './keyed-state-backend.js';
import type { EntryTaker } from './keyed-store.js';
import { KEYED_FORMAT_VERSION, type KeyedDescription, type Namespace } from './section-format.js';
import type { StateOfThen } from './read-entries.js';
import type { KeyedRestore } from './snapshot.js';

const Description = Type.Object({
  formatVersion: Type.Integer(),
  keyHashVersion: Type.Integer(),
  maxParallelism: Type.Integer({ minimum: 1 }),
  sections: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.String(),
      keyShapes: Type.Array(Type.Unknown()),
      valueShapes: Type.Array(Type.Unknown()),
      type: Type.Optional(Type.Unknown()),
    }),
  ),
});

/** @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN, STATE_MAX_PARALLELISM_CHANGED, STATE_KIND_CHANGED */
export async function restoreKeyed(
  taker: EntryTaker,
  { maxParallelism, keyGroups }: KeySpace,
  restore: KeyedRestore,
): Promise<void> {
  const description = parseDescription(restore.description, maxParallelism);
  for (const { name, kind, type } of description.sections) taker.restoreType(name, kind, type);
  const decoder = new RecordDecoder();
  const readers = description.sections.map(({ keyShapes, valueShapes }) => ({
    keys: keyShapes.map((shape) => readerOf(decoder, shape)),
    values: valueShapes.map((shape) => readerOf(decoder, shape)),
  }));
  const { start, end } = keyGroups;
  for await (const { group, bytes } of restore.portions()) {
    if (group < start || group > end) continue;
    const cursor = cursorOver(bytes);
    while (cursor.pos < bytes.length) readBlock(cursor, description, readers, taker);
  }
}

/** The states of a snapshot, without their entries. @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN */
export function describedSections(description: Uint8Array, maxParallelism: number): StateOfThen[] {
  return parseDescription(description, maxParallelism).sections;
}

interface SectionReaders {
  keys: (ShapeReader | undefined)[];
  values: (ShapeReader | undefined)[];
}

function readerOf(decoder: RecordDecoder, shape: Shape | null): ShapeReader | undefined {
  // A version between two looks at the encoder wrote nothing.
  return shape === null ? undefined : decoder.readerFor(Buffer.from(JSON.stringify({ version: 0, shape }), 'utf8'));
}

function readBlock(
  cursor: Cursor,
  { sections }: KeyedDescription,
  readers: readonly SectionReaders[],
  taker: EntryTaker,
): void {
  const { dv, u8 } = cursor;
  const at = cursor.pos;
  if (u8.length - at < 16) throw corrupt('a block ends within its header');
  const index = dv.getUint16(at, true);
  const section = sections[index];
  const keys = readers[index]?.keys[dv.getUint16(at + 2, true) - 1];
  const values = readers[index]?.values[dv.getUint16(at + 4, true) - 1];
  if (section === undefined || keys === undefined || values === undefined) {
    throw corrupt(`a block names a section or shape that is not described`);
  }
  const nameEnd = at + 8 + dv.getUint16(at + 6, true);
  const namespace = decodeTagged(u8.subarray(at + 8, nameEnd)) as Namespace;
  const count = dv.getUint32(nameEnd, true);
  const end = nameEnd + 8 + dv.getUint32(nameEnd + 4, true);
  if (end > u8.length) throw corrupt('a block is longer than its portion');
  cursor.pos = nameEnd + 8;
  for (let i = 0; i < count; i++) {
    const from = cursor.pos;
    const key = readValue(cursor, keys, end);
    const value = readValue(cursor, values, end);
    taker.restoreEntry(section.name, section.kind, namespace, key, value, cursor.pos - from - 8);
  }
  if (cursor.pos !== end) throw corrupt('the length of a block is wrong');
}

function readValue(cursor: Cursor, reader: ShapeReader, limit: number): unknown {
  const end = cursor.pos + 4 + cursor.dv.getUint32(cursor.pos, true);
  if (end > limit) throw corrupt('an entry is longer than its block');
  cursor.pos += 4;
  return reader.readOne(cursor, end);
}

function parseDescription(bytes: Uint8Array, maxParallelism: number): KeyedDescription {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw corrupt(`its description is not JSON (${String(error)})`);
  }
  const mismatch = describeMismatch(Description, parsed);
  if (mismatch !== undefined) throw corrupt(`its description is malformed: ${mismatch}`);
  const description = parsed as KeyedDescription;
  if (description.formatVersion !== KEYED_FORMAT_VERSION || description.keyHashVersion !== KEY_HASH_VERSION) {
    throw new WeftError(
      'STATE_FORMAT_UNKNOWN',
      `Keyed state was written in format ${description.formatVersion}.${description.keyHashVersion}; this Weft reads ${KEYED_FORMAT_VERSION}.${KEY_HASH_VERSION}.`,
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

function corrupt(why: string): WeftError {
  return new WeftError('STATE_CORRUPT', `Keyed state cannot be read: ${why}.`);
}
