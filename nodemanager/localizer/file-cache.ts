/**
 * Shipped files by content hash, fetched once. Files in use are known without any bookkeeping: working folders
 * hold hard links to them, so the link count of an unused one is 1, and its change time says since when.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomBytes } from 'node:crypto';
import { WeftError } from '../../runtime/common/errors/index.js';

/** Opens a file of the ResourceManager's store. @throws BLOB_NOT_FOUND, UNREACHABLE */
export type FetchBlob = (sha256: string) => Promise<Readable>;

export interface CachedFile {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly executable: boolean;
  /** How messages name it: its path in the container. */
  readonly name: string;
}

/** The time that every cached file carries: one that was written to afterwards shows it. */
const UNTOUCHED_S = 1;

export class FileCache {
  private readonly fetching = new Map<string, Promise<string>>();

  /** @param folder created when first needed, also if it has vanished with its disk */
  constructor(
    private readonly folder: string,
    private readonly fetchBlob: FetchBlob,
    private readonly targetSizeBytes: number,
  ) {}

  /** The path of the cached file, fetched if need be; it is read-only. @throws BLOB_CORRUPT, BLOB_NOT_FOUND, UNREACHABLE */
  async get(file: CachedFile): Promise<string> {
    const path = join(this.folder, file.executable ? `${file.sha256}.x` : file.sha256);
    if (await isIntact(path, file.sizeBytes)) return path;
    let running = this.fetching.get(path);
    if (running === undefined) {
      running = this.fetch(file, path).finally(() => this.fetching.delete(path));
      this.fetching.set(path, running);
    }
    return running;
  }

  /** Deletes what no container uses, longest unused first, until the rest is within the target size. */
  async cleanUp(): Promise<void> {
    const files: { path: string; sizeBytes: number; unusedSinceMs: number; used: boolean }[] = [];
    for (const name of await this.names()) {
      const path = join(this.folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found === undefined || name.endsWith('.part')) continue;
      files.push({ path, sizeBytes: found.size, unusedSinceMs: found.ctimeMs, used: found.nlink > 1 });
    }
    let totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const unused = files.filter((file) => !file.used).sort((a, b) => a.unusedSinceMs - b.unusedSinceMs);
    for (const { path, sizeBytes } of unused) {
      if (totalBytes <= this.targetSizeBytes) return;
      await rm(path, { force: true });
      totalBytes -= sizeBytes;
    }
  }

  /** Removes what a killed NodeManager left half-fetched. */
  async removePartialFiles(): Promise<void> {
    for (const name of await this.names()) {
      if (name.endsWith('.part')) await rm(join(this.folder, name), { force: true });
    }
  }

  private async names(): Promise<string[]> {
    return readdir(this.folder).catch(() => []);
  }

  private async fetch(file: CachedFile, path: string): Promise<string> {
    const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
    const hash = createHash('sha256');
    try {
      // Containers reach its files by links of their own.
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      const source = await this.fetchBlob(file.sha256);
      const hashed = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      };
      await pipeline(source, hashed, createWriteStream(temporary));
      const actual = hash.digest('hex');
      if (actual !== file.sha256) {
        const message = `The file ${file.name} arrived with the hash ${actual}, not ${file.sha256}: it was changed on the way.`;
        throw new WeftError('BLOB_CORRUPT', message, { subject: file.name });
      }
      await chmod(temporary, file.executable ? 0o555 : 0o444);
      await utimes(temporary, UNTOUCHED_S, UNTOUCHED_S);
      await rename(temporary, path);
      return path;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

async function isIntact(path: string, sizeBytes: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size === sizeBytes && found.mtimeMs === UNTOUCHED_S * 1000;
}
