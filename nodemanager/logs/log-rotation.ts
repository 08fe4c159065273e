/**
 * Bounds the log files of containers that run. A program keeps its file open, for appending, and may outlive this process; so
 * its file is copied and emptied, never moved. What a program writes in the moment between the last byte copied and the
 * emptying is lost: microseconds, because all but the last bytes were copied before.
 */
import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface RotationLimits {
  /** A larger file is rotated; 0: none is. */
  readonly maxFileBytes: number;
  /** How many older files are kept, `stderr.1` being the latest of them. */
  readonly keptFiles: number;
}

const ROTATED = /\.\d+$/;
const COPY_BYTES = 64 * 1024;

/** Rotates the files of a container's log folder that have grown too large. @returns their names */
export async function rotateLogs(folder: string, { maxFileBytes, keptFiles }: RotationLimits): Promise<string[]> {
  if (maxFileBytes === 0) return [];
  const rotated: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    // A program could make a link to anything.
    if (found?.isFile() !== true || found.size <= maxFileBytes || ROTATED.test(name)) continue;
    await rotate(path, found.size, keptFiles);
    rotated.push(name);
  }
  return rotated;
}

async function rotate(path: string, sizeBytes: number, keptFiles: number): Promise<void> {
  const copy = `${path}.0.part`;
  if (keptFiles > 0) await pipeline(createReadStream(path, { end: sizeBytes - 1 }), createWriteStream(copy));
  for (let number = keptFiles - 1; number > 0; number--) {
    await rename(`${path}.${number}`, `${path}.${number + 1}`).catch(() => undefined);
  }
  emptyAfterCopying(path, keptFiles > 0 ? copy : undefined, sizeBytes);
  if (keptFiles > 0) await rename(copy, `${path}.1`);
  await rm(`${path}.${keptFiles + 1}`, { force: true });
}

/** In one go: copies what was written meanwhile, and empties the file. */
function emptyAfterCopying(path: string, copy: string | undefined, copiedBytes: number): void {
  const source = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  const target = copy === undefined ? undefined : openSync(copy, 'a');
  try {
    const buffer = Buffer.alloc(COPY_BYTES);
    for (let at = copiedBytes; target !== undefined;) {
      const read = readSync(source, buffer, 0, buffer.length, at);
      if (read === 0) break;
      writeSync(target, buffer, 0, read);
      at += read;
    }
    ftruncateSync(source, 0);
  } finally {
    closeSync(source);
    if (target !== undefined) closeSync(target);
  }
}
