/** An artifact: all files that a program needs to run elsewhere, each known by the hash of its content. */
import { stat } from 'node:fs/promises';
import { sha256, sha256OfFile } from '../common/blobs/blob-store.js';
import type { ArtifactFile } from '../graph/job-graph.js';

/** A file of the artifact together with where its bytes are: in memory, or still on the client's disk. */
export type ArtifactSource = ArtifactFile & ({ content: Uint8Array } | { sourcePath: string });

export interface Artifact {
  /** Path of the bundled program among the files. */
  entry: string;
  files: ArtifactSource[];
}

/** The bundled program and its source map: the same names in every artifact. */
export const ENTRY_FILE = 'job.mjs';
export const SOURCE_MAP_FILE = 'job.mjs.map';

export function fileOfContent(path: string, content: Uint8Array): ArtifactSource {
  return { path, sha256: sha256(content), sizeBytes: content.byteLength, content };
}

export async function fileOfDisk(path: string, sourcePath: string): Promise<ArtifactSource> {
  const [hash, { size }] = await Promise.all([sha256OfFile(sourcePath), stat(sourcePath)]);
  return { path, sha256: hash, sizeBytes: size, sourcePath };
}

/** The files as the JobGraph names them. */
export function describeFiles(artifact: Artifact): ArtifactFile[] {
  return artifact.files.map(({ path, sha256: hash, sizeBytes }) => ({ path, sha256: hash, sizeBytes }));
}
