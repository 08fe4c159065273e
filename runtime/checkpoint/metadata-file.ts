/** `_metadata` on disk: what makes a folder a checkpoint. */
import { WeftError, hasCode } from '../common/errors/index.js';
import { fileSystemOf, joinPath, nameOf, readWholeFile } from '../common/filesystems/index.js';
import type { SubtaskState } from '../common/wire/protocols/checkpoints.js';
import { corrupt, decodeMetadata, encodeMetadata, type CheckpointMetadata } from './metadata.js';

export const METADATA_NAME = '_metadata';

/**
 * Makes the checkpoint last: whole, and safe on the disk, or not at all.
 * @throws FILE_EXISTS when somebody else did so before, FILE_FAILED
 */
export async function writeMetadata(folder: string, metadata: CheckpointMetadata): Promise<number> {
  const path = joinPath(folder, METADATA_NAME);
  const content = encodeMetadata(metadata);
  const writer = await fileSystemOf(path).create(path, { atomic: true });
  try {
    await writer.write(content);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return content.length;
}

/**
 * @param path of the folder, or of the metadata itself; `file:` addresses too
 * @returns the metadata and the folder in which its files lie
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_CORRUPT, CHECKPOINT_VERSION, FILE_FAILED
 */
export async function readMetadata(path: string): Promise<{ folder: string; metadata: CheckpointMetadata }> {
  const trimmed = path.replace(/(.)\/+$/, '$1');
  const named = nameOf(trimmed) === METADATA_NAME;
  const folder = named ? trimmed.slice(0, -METADATA_NAME.length - 1) : trimmed;
  const file = joinPath(folder, METADATA_NAME);
  let content: Buffer;
  try {
    content = await readWholeFile(file);
  } catch (cause) {
    if (!hasCode(cause, 'FILE_NOT_FOUND')) throw cause;
    throw new WeftError('CHECKPOINT_NOT_FOUND', `There is no checkpoint or savepoint at ${path}: no ${file}.`, {
      subject: path,
      cause,
    });
  }
  return { folder, metadata: decodeMetadata(content, file) };
}

/**
 * Whether every file is there at its full length. What the bytes are is checked where they are read.
 * @throws CHECKPOINT_CORRUPT with the file's name
 */
export async function requireFiles(folder: string, { tasks }: CheckpointMetadata): Promise<void> {
  const files = tasks.flatMap(({ subtasks }) => subtasks.flatMap(({ state }) => filesOf(folder, state)));
  for (const { path, sizeBytes } of files) {
    const found = await fileSystemOf(path).stat(path);
    if (found === undefined) throw corrupt(path, 'it is missing');
    if (found.sizeBytes !== sizeBytes) {
      throw corrupt(path, `it has ${found.sizeBytes} bytes instead of ${sizeBytes}`);
    }
  }
}

function filesOf(folder: string, state: SubtaskState | undefined): { path: string; sizeBytes: number }[] {
  const shared = state?.shared?.flatMap(({ files }) => files) ?? [];
  if (state?.location.kind !== 'file') return shared;
  return [{ path: joinPath(folder, state.location.name), sizeBytes: state.sizeBytes }, ...shared];
}

/** The paths of the files that a checkpoint needs and others may need too. */
export function sharedFilesOf({ tasks }: CheckpointMetadata): Set<string> {
  const states = tasks.flatMap(({ subtasks }) => subtasks.map(({ state }) => state));
  return new Set(states.flatMap((state) => state?.shared?.flatMap(({ files }) => files.map(({ path }) => path)) ?? []));
}
