/** Files that fit into memory, read and written at once. */
import { fileSystemOf } from './registry.js';

const CHUNK_BYTES = 256 * 1024;

/** @throws FILE_NOT_FOUND, FILE_FAILED, FILESYSTEM_UNKNOWN */
export async function readWholeFile(path: string): Promise<Buffer> {
  const reader = await fileSystemOf(path).open(path);
  try {
    const chunks: Uint8Array[] = [];
    for (let chunk = await reader.read(CHUNK_BYTES); chunk !== undefined; chunk = await reader.read(CHUNK_BYTES)) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    await reader.close();
  }
}

/** All of it or nothing, safe on the disk when it resolves. @throws FILE_FAILED, FILESYSTEM_UNKNOWN */
export async function writeWholeFile(path: string, content: Uint8Array): Promise<void> {
  const writer = await fileSystemOf(path).create(path, { overwrite: true, atomic: true });
  try {
    await writer.write(content);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
