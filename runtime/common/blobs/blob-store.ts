/** Files by content hash in one folder: written once, atomically, checked when read. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { WeftError } from '../errors/index.js';

const SHA_256 = /^[0-9a-f]{64}$/;

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** SHA-256 of a file, read in chunks. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export class BlobStore {
  constructor(private readonly folder: string) {}

  async has(hash: string): Promise<boolean> {
    return stat(this.pathOf(hash)).then(
      () => true,
      () => false,
    );
  }

  /** Stores the content. @throws BLOB_CORRUPT if it does not hash to `expected`. */
  async put(content: Uint8Array, expected?: string): Promise<string> {
    const hash = sha256(content);
    if (expected !== undefined && hash !== expected) {
      throw new WeftError('BLOB_CORRUPT', `The uploaded file hashes to ${hash}, not to ${expected}.`);
    }
    const path = this.pathOf(hash);
    await mkdir(this.folder, { recursive: true });
    const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
    await writeFile(temporary, content);
    await rename(temporary, path);
    return hash;
  }

  /** @throws BLOB_NOT_FOUND, BLOB_CORRUPT */
  async get(hash: string): Promise<Buffer> {
    const content = await readFile(this.pathOf(hash)).catch((cause: unknown) => {
      throw new WeftError('BLOB_NOT_FOUND', `There is no file ${hash} in the store.`, { cause });
    });
    if (sha256(content) !== hash) throw new WeftError('BLOB_CORRUPT', `The stored file ${hash} was changed on disk.`);
    return content;
  }

  async delete(hash: string): Promise<void> {
    await rm(this.pathOf(hash), { force: true });
  }

  /** Where the blob lies. @throws BLOB_NOT_FOUND for what is not a hash, so that no path can be smuggled in. */
  pathOf(hash: string): string {
    if (!SHA_256.test(hash)) throw new WeftError('BLOB_NOT_FOUND', `"${hash}" is not a SHA-256 hash.`);
    return join(this.folder, hash);
  }
}
