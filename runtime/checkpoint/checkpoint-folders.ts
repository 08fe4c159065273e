/** Where checkpoints and savepoints lie, as in Flink: `<dir>/<job id>/chk-<n>` and `<dir>/savepoint-<job>-<random>`. */
import { randomBytes } from 'node:crypto';
import { WeftError } from '../common/errors/index.js';
import { fileSystemOf, joinPath } from '../common/filesystems/index.js';
import { METADATA_NAME, readMetadata } from './metadata-file.js';

export function jobCheckpointFolder(directory: string, jobId: string): string {
  return joinPath(directory, jobId);
}

/** @param jobFolder as `jobCheckpointFolder` gives it */
export function checkpointFolder(jobFolder: string, checkpointId: number): string {
  return joinPath(jobFolder, `chk-${checkpointId}`);
}

/** Of the files that several checkpoints need. @param jobFolder as `jobCheckpointFolder` gives it */
export function sharedFolderOf(jobFolder: string): string {
  return joinPath(jobFolder, 'shared');
}

/** Of a checkpoint, whoever's it is. @param folder `chk-<n>` */
export function sharedFolderBeside(folder: string): string {
  return sharedFolderOf(folder.slice(0, folder.lastIndexOf('/')));
}

/** The numbers of the checkpoints that have a folder, complete or not, in order. @throws FILE_FAILED */
export async function checkpointIdsIn(jobFolder: string): Promise<number[]> {
  const fileSystem = fileSystemOf(jobFolder);
  if ((await fileSystem.stat(jobFolder)) === undefined) return [];
  const ids = (await fileSystem.list(jobFolder)).flatMap(({ name }) => /^chk-([1-9]\d*)$/.exec(name)?.[1] ?? []);
  return ids.map(Number).toSorted((a, b) => a - b);
}

/** How many names are tried. */
const ATTEMPTS = 10;

/** A folder that was not there before. @throws FILE_FAILED */
export async function newSavepointFolder(directory: string, jobId: string): Promise<string> {
  const fileSystem = fileSystemOf(directory);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const folder = joinPath(directory, `savepoint-${jobId.slice(0, 6)}-${randomBytes(6).toString('hex')}`);
    if ((await fileSystem.stat(folder)) !== undefined) continue;
    await fileSystem.mkdirs(folder);
    return folder;
  }
  throw new WeftError('CHECKPOINT_FAILED', `No free name for a savepoint was found in ${directory}.`, {
    subject: directory,
  });
}

/**
 * Deletes a checkpoint or savepoint of any job; a folder that is none stays.
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_CORRUPT, CHECKPOINT_VERSION, FILE_FAILED
 */
export async function disposeCheckpoint(path: string): Promise<void> {
  const { folder } = await readMetadata(path);
  await removeFolder(folder);
}

/** Its metadata goes first, so that nobody takes the rest for a checkpoint. @throws FILE_FAILED */
export async function removeFolder(folder: string): Promise<void> {
  const fileSystem = fileSystemOf(folder);
  await fileSystem.delete(joinPath(folder, METADATA_NAME));
  await fileSystem.delete(folder, { recursive: true });
}
