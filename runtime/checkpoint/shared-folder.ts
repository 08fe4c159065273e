/** Files that several checkpoints of a job need: `<dir>/<job id>/shared`. */
import { crc32 } from 'node:zlib';
import { hasCode } from '../common/errors/index.js';
import { fileSystemOf, joinPath, readWholeFile } from '../common/filesystems/index.js';
import type { SharedFile } from '../state/snapshot.js';
import { corrupt } from './metadata.js';

/** Where one task puts such files for one checkpoint. */
export class SharedFolder {
  private count = 0;

  /** @param name begins the names of its files, like nobody else's */
  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  /** Resolves when the bytes are safe. @throws FILE_FAILED */
  async store(bytes: AsyncIterable<Uint8Array>): Promise<SharedFile> {
    const path = joinPath(this.folder, `${this.name}-${this.count++}`);
    const writer = await fileSystemOf(path).create(path);
    let checksum = 0;
    try {
      for await (const chunk of bytes) {
        checksum = crc32(chunk, checksum);
        await writer.write(chunk);
      }
      await writer.sync();
      await writer.close();
    } catch (error) {
      await writer.abort();
      await fileSystemOf(path)
        .delete(path)
        .catch(() => undefined);
      throw error;
    }
    return { path, sizeBytes: writer.positionBytes, crc32: checksum };
  }
}

/** @throws CHECKPOINT_CORRUPT, FILE_FAILED */
export async function readShared({ path, sizeBytes, crc32: expected }: SharedFile): Promise<Uint8Array> {
  const bytes = await readWholeFile(path).catch((cause: unknown) => {
    throw hasCode(cause, 'FILE_NOT_FOUND') ? corrupt(path, 'it is missing', cause) : cause;
  });
  if (bytes.length !== sizeBytes) throw corrupt(path, `it has ${bytes.length} bytes instead of ${sizeBytes}`);
  if (crc32(bytes) !== expected) throw corrupt(path, 'its checksum does not match');
  return bytes;
}
