/** The content of `_metadata`, and its bytes: a line that says what follows, then JSON. */
import { crc32 } from 'node:zlib';
import { Type, type Static } from 'typebox';
import { WeftError } from '../common/errors/index.js';
import { requireFit } from '../common/wire/index.js';
import { SubtaskStateSchema } from '../common/wire/protocols/checkpoints.js';

/** Counts up when an older version could not read the files any more. */
const FORMAT_VERSION = 1;
const MAGIC = 'weft-checkpoint';

const TaskStatesSchema = Type.Object({
  vertexId: Type.String(),
  parallelism: Type.Integer({ minimum: 1 }),
  maxParallelism: Type.Integer({ minimum: 1 }),
  /** All operators of the chain, with and without state. */
  operators: Type.Array(
    Type.Object({ operatorId: Type.String(), name: Type.String(), uid: Type.Optional(Type.String()) }),
  ),
  subtasks: Type.Array(
    Type.Object({
      subtask: Type.Integer({ minimum: 0 }),
      /** It had ended: it has no state, and does nothing after a restore. */
      finished: Type.Boolean(),
      state: Type.Optional(SubtaskStateSchema),
    }),
  ),
});
export type TaskStates = Static<typeof TaskStatesSchema>;

/** An edge along which something was on its way, by what stays the same when the job changes. */
const EdgeInFlightSchema = Type.Object({
  /** As the states name it. */
  id: Type.String(),
  /** Operator ids of its two ends. */
  source: Type.String(),
  target: Type.String(),
  /** Which of the edges between the two. */
  ordinal: Type.Integer({ minimum: 0 }),
});

const EnumeratorStateSchema = Type.Object({
  operatorId: Type.String(),
  /** Of the source's serializer. */
  version: Type.Integer(),
  /** base64 */
  state: Type.String(),
});
/** What the enumerator of a source keeps, which runs in the JobManager. */
export type EnumeratorState = Static<typeof EnumeratorStateSchema>;

export const CheckpointMetadataSchema = Type.Object({
  checkpointId: Type.Integer({ minimum: 1 }),
  savepoint: Type.Boolean(),
  jobId: Type.String(),
  jobName: Type.String(),
  /** Epoch milliseconds. */
  triggeredMs: Type.Number(),
  /** Version of Weft that wrote it. */
  writtenBy: Type.String(),
  tasks: Type.Array(TaskStatesSchema),
  /** Of an unaligned checkpoint; left out when nothing was on its way. */
  edges: Type.Optional(Type.Array(EdgeInFlightSchema)),
  /** Left out when the job has none. */
  enumerators: Type.Optional(Type.Array(EnumeratorStateSchema)),
});
export type CheckpointMetadata = Static<typeof CheckpointMetadataSchema>;

export function encodeMetadata(metadata: CheckpointMetadata): Buffer {
  const body = Buffer.from(JSON.stringify(metadata));
  return Buffer.concat([Buffer.from(`${MAGIC} ${FORMAT_VERSION} ${body.length} ${hex(crc32(body))}\n`), body]);
}

/** @param path for messages @throws CHECKPOINT_CORRUPT, CHECKPOINT_VERSION */
export function decodeMetadata(bytes: Buffer, path: string): CheckpointMetadata {
  const end = bytes.indexOf('\n');
  const header = /^weft-checkpoint (\d+) (\d+) ([0-9a-f]{8})$/.exec(bytes.toString('latin1', 0, Math.max(0, end)));
  if (header === null) throw corrupt(path, 'it does not begin as the metadata of a checkpoint does');
  const [, version, length, checksum] = header;
  if (Number(version) > FORMAT_VERSION) {
    throw new WeftError(
      'CHECKPOINT_VERSION',
      `${path} has format version ${version}; this version of Weft knows up to ${FORMAT_VERSION}.`,
      { subject: path },
    );
  }
  const body = bytes.subarray(end + 1);
  if (body.length !== Number(length)) {
    throw corrupt(path, `it holds ${body.length} bytes behind its first line instead of ${length}`);
  }
  if (hex(crc32(body)) !== checksum) throw corrupt(path, 'its checksum does not match');
  const value: unknown = JSON.parse(body.toString('utf8'));
  requireFit(CheckpointMetadataSchema, value, 'CHECKPOINT_CORRUPT', path);
  return value as CheckpointMetadata;
}

export function corrupt(path: string, why: string, cause?: unknown): WeftError {
  return new WeftError('CHECKPOINT_CORRUPT', `The checkpoint file ${path} is damaged: ${why}.`, {
    subject: path,
    ...(cause === undefined ? {} : { cause }),
  });
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
