/** Splits, events and states of enumerators between a user's source and the wire. */
import { deserialize, serialize } from 'node:v8';
import { WeftError } from '../../common/errors/index.js';
import type { SerializedSplit } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import {
  plainDataSerializer,
  type SimpleVersionedSerializer,
  type Source,
  type SourceSplit,
} from '../../functions/index.js';

/** What an enumerator keeps in a checkpoint, with the version of its serializer. */
export interface SerializedState {
  readonly version: number;
  readonly bytes: Uint8Array;
}

type AnySource = Source<unknown>;

function splitSerializer({ splitSerializer }: AnySource): SimpleVersionedSerializer<SourceSplit> {
  return splitSerializer ?? (plainDataSerializer as SimpleVersionedSerializer<SourceSplit>);
}

/** @throws SOURCE_BAD_SPLIT for something without a splitId, or that its serializer does not take */
export function serializeSplit(source: AnySource, split: SourceSplit): SerializedSplit {
  const given = split as { splitId?: unknown } | null | undefined;
  if (typeof given?.splitId !== 'string') {
    throw new WeftError('SOURCE_BAD_SPLIT', 'A split was assigned that has no splitId, or one that is no text.');
  }
  const serializer = splitSerializer(source);
  return guarded(`Split "${given.splitId}" cannot be written`, () => ({
    splitId: split.splitId,
    version: serializer.version,
    data: Buffer.from(serializer.serialize(split)).toString('base64'),
  }));
}

/** @throws SOURCE_BAD_SPLIT */
export function deserializeSplit(source: AnySource, { splitId, version, data }: SerializedSplit): SourceSplit {
  return guarded(`Split "${splitId}" cannot be read`, () =>
    splitSerializer(source).deserialize(version, Buffer.from(data, 'base64')),
  );
}

/** @throws SOURCE_BAD_SPLIT */
export function serializeState(
  { enumeratorStateSerializer = plainDataSerializer }: AnySource,
  state: unknown,
): SerializedState {
  return guarded('The state of the enumerator cannot be written', () => ({
    version: enumeratorStateSerializer.version,
    bytes: enumeratorStateSerializer.serialize(state),
  }));
}

/** @throws SOURCE_BAD_SPLIT */
export function deserializeState(
  { enumeratorStateSerializer = plainDataSerializer }: AnySource,
  { version, bytes }: SerializedState,
): unknown {
  return guarded('The state of the enumerator cannot be read', () =>
    enumeratorStateSerializer.deserialize(version, bytes),
  );
}

/** @throws SOURCE_BAD_SPLIT for what is no plain data */
export function serializeEvent(event: unknown): string {
  return guarded('An event of the source cannot be sent', () => serialize(event).toString('base64'));
}

export function deserializeEvent(data: string): unknown {
  return deserialize(Buffer.from(data, 'base64')) as unknown;
}

function guarded<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WeftError('SOURCE_BAD_SPLIT', `${what}: ${why}`, { cause });
  }
}
