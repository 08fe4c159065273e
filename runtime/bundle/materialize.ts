/** Lays an artifact out in a folder, from wherever its bytes are. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { WeftError } from '../common/errors/index.js';
import type { ArtifactFile } from '../graph/job-graph.js';
import type { ArtifactSource } from './artifact.js';

/**
 * Writes each file below the folder, so that a reader never sees a half-written one.
 * @throws BUNDLE_BAD_PATH for a path that leads out of the folder, BLOB_CORRUPT for content with another hash
 */
export async function materializeArtifact<F extends ArtifactFile>(
  files: readonly F[],
  fetchBlob: (file: F) => Promise<Uint8Array>,
  folder: string,
): Promise<void> {
  for (const { path } of files) requireSafePath(path);
  await Promise.all(
    files.map(async (file) => {
      const content = await fetchBlob(file);
      const hash = createHash('sha256').update(content).digest('hex');
      if (hash !== file.sha256) {
        throw new WeftError('BLOB_CORRUPT', `${file.path} hashes to ${hash}, not to ${file.sha256} as submitted.`, {
          subject: file.path,
        });
      }
      await writeWhole(join(folder, file.path), content);
    }),
  );
}

/** The bytes of a file of the client's own artifact. */
export async function readArtifactFile(file: ArtifactSource): Promise<Uint8Array> {
  return 'content' in file ? file.content : readFile(file.sourcePath);
}

async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

function requireSafePath(path: string): void {
  const normal = posix.normalize(path);
  const leavesFolder =
    normal.startsWith('..') || posix.isAbsolute(normal) || path.includes('\\') || path.includes('\0');
  if (leavesFolder || normal === '.' || normal !== path) {
    throw new WeftError(
      'BUNDLE_BAD_PATH',
      `The artifact names the file "${path}", which is not a plain relative path.`,
    );
  }
}
