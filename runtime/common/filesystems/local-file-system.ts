import { open, readdir, rename, rm, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WeftError } from '../errors/index.js';
import { fileError, guardedFile } from './file-errors.js';
import type { ByteRange, CreateOptions, FileReader, FileStatus, FileSystem, FileWriter } from './file-system.js';
import { makeFolders } from './local-folders.js';
import { LocalFileWriter, syncFolder } from './local-file-writer.js';
import { joinPath, nameOf } from './paths.js';

/** The disk of this machine; a folder that several machines mount counts as such. */
export class LocalFileSystem implements FileSystem {
  readonly scheme = 'file';

  async stat(path: string): Promise<FileStatus | undefined> {
    try {
      const found = await stat(toLocal(path));
      return {
        path,
        name: nameOf(path),
        isFolder: found.isDirectory(),
        sizeBytes: found.size,
        modifiedMs: found.mtimeMs,
      };
    } catch (error) {
      const failure = fileError('look at', path, error);
      if (failure.code === 'FILE_NOT_FOUND') return undefined;
      throw failure;
    }
  }

  async list(folder: string): Promise<FileStatus[]> {
    const names = await guardedFile('list', folder, () => readdir(toLocal(folder)));
    const found = await Promise.all(names.toSorted().map((name) => this.stat(joinPath(folder, name))));
    return found.filter((status) => status !== undefined);
  }

  open(path: string, { fromBytes, toBytes = Infinity }: ByteRange = { fromBytes: 0 }): Promise<FileReader> {
    return guardedFile('open', path, async () => {
      const handle = await open(toLocal(path), 'r');
      const found = await handle.stat();
      if (!found.isDirectory()) return new LocalFileReader(handle, path, fromBytes, toBytes);
      await handle.close();
      throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    });
  }

  create(path: string, options: CreateOptions = {}): Promise<FileWriter> {
    return LocalFileWriter.create(path, toLocal(path), options);
  }

  resume(path: string, atBytes: number): Promise<FileWriter> {
    return LocalFileWriter.resume(path, toLocal(path), atBytes);
  }

  rename(from: string, to: string): Promise<void> {
    return guardedFile('move', `${from} to ${to}`, async () => {
      const target = toLocal(to);
      await makeFolders(dirname(target));
      await rename(toLocal(from), target);
      await syncFolder(dirname(target));
    });
  }

  async delete(path: string, { recursive = false }: { readonly recursive?: boolean } = {}): Promise<void> {
    const local = toLocal(path);
    await guardedFile('delete', path, async () => {
      if (recursive) await rm(local, { recursive: true, force: true });
      else if ((await stat(local).catch(() => undefined))?.isDirectory() === true) await rmdir(local);
      else await unlink(local);
    }).catch((error: unknown) => {
      if (!(error instanceof WeftError) || error.code !== 'FILE_NOT_FOUND') throw error;
    });
  }

  async mkdirs(folder: string): Promise<void> {
    await guardedFile('make the folder', folder, () => makeFolders(toLocal(folder)));
  }
}

class LocalFileReader implements FileReader {
  private closed = false;

  constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private position: number,
    private readonly toBytes: number,
  ) {}

  read(maxBytes: number): Promise<Uint8Array | undefined> {
    return guardedFile('read', this.path, async () => {
      const length = Math.min(maxBytes, this.toBytes - this.position);
      if (length <= 0) return undefined;
      const bytes = Buffer.allocUnsafe(length);
      const { bytesRead } = await this.handle.read(bytes, 0, length, this.position);
      this.position += bytesRead;
      return bytesRead === 0 ? undefined : bytes.subarray(0, bytesRead);
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.handle.close();
  }
}

/** @throws FILE_FAILED for a `file:` that names another machine */
function toLocal(path: string): string {
  if (!/^file:/i.test(path)) return path;
  if (!/^file:\/\//i.test(path)) return path.slice('file:'.length);
  try {
    return fileURLToPath(path);
  } catch (cause) {
    throw new WeftError('FILE_FAILED', `${path} names no file of this machine: write file:///path or /path.`, {
      subject: path,
      cause,
    });
  }
}
