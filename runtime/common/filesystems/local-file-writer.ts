import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { guardedFile } from './file-errors.js';
import { makeFolders } from './local-folders.js';
import type { CreateOptions, FileWriter } from './file-system.js';

/** Writes one file of the local disk: in place, or beside it until it is whole. */
export class LocalFileWriter implements FileWriter {
  private position = 0;
  private over = false;

  private constructor(
    private readonly handle: FileHandle,
    /** As errors name it. */
    private readonly name: string,
    private readonly target: string,
    /** Where the bytes go until the end; undefined = straight to the target. */
    private readonly temporary: string | undefined,
    private readonly overwrite: boolean,
  ) {}

  /** @throws FILE_EXISTS, FILE_FAILED */
  static create(
    name: string,
    target: string,
    { overwrite = false, atomic = false }: CreateOptions,
  ): Promise<LocalFileWriter> {
    return guardedFile('create', name, async () => {
      await makeFolders(dirname(target));
      if (!overwrite) await requireFree(target);
      const temporary = atomic ? join(dirname(target), temporaryName(target)) : undefined;
      const handle = await open(temporary ?? target, overwrite && !atomic ? 'w' : 'wx');
      return new LocalFileWriter(handle, name, target, temporary, overwrite);
    });
  }

  /** @throws FILE_NOT_FOUND, FILE_FAILED */
  static resume(name: string, target: string, atBytes: number): Promise<LocalFileWriter> {
    return guardedFile('go on with', name, async () => {
      const handle = await open(target, 'r+');
      try {
        const { size } = await handle.stat();
        if (size < atBytes) throw new Error(`it has ${size} bytes, but is to have ${atBytes}`);
        await handle.truncate(atBytes);
      } catch (error) {
        await handle.close();
        throw error;
      }
      const writer = new LocalFileWriter(handle, name, target, undefined, true);
      writer.position = atBytes;
      return writer;
    });
  }

  get positionBytes(): number {
    return this.position;
  }

  write(bytes: Uint8Array): Promise<void> {
    return guardedFile('write', this.name, async () => {
      for (let written = 0; written < bytes.length;) {
        const { bytesWritten } = await this.handle.write(bytes, written, bytes.length - written, this.position);
        written += bytesWritten;
        this.position += bytesWritten;
      }
    });
  }

  sync(): Promise<void> {
    return guardedFile('sync', this.name, () => this.handle.sync());
  }

  async close(): Promise<void> {
    if (this.over) return;
    this.over = true;
    const { temporary } = this;
    if (temporary === undefined) {
      await guardedFile('close', this.name, () => this.handle.close());
      return;
    }
    await guardedFile('finish', this.name, async () => {
      try {
        await this.handle.sync();
        await this.handle.close();
        await this.publish(temporary);
      } catch (error) {
        await this.removeTemporary(temporary);
        throw error;
      }
    });
  }

  async abort(): Promise<void> {
    if (this.over) return;
    this.over = true;
    if (this.temporary === undefined) await this.handle.close().catch(() => undefined);
    else await this.removeTemporary(this.temporary);
  }

  /** A link refuses a target that came meanwhile, which a rename would replace. */
  private async publish(temporary: string): Promise<void> {
    if (this.overwrite) {
      await rename(temporary, this.target);
    } else {
      await link(temporary, this.target);
      await rm(temporary);
    }
    await syncFolder(dirname(this.target));
  }

  private async removeTemporary(temporary: string): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Hidden, so that nobody who lists the folder takes it for a file. */
function temporaryName(target: string): string {
  return `.${basename(target)}.${randomBytes(6).toString('hex')}.part`;
}

async function requireFree(target: string): Promise<void> {
  const handle = await open(target, constants.O_RDONLY).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  await handle.close();
  throw Object.assign(new Error('it is there already'), { code: 'EEXIST' });
}

/** What was renamed in a folder survives a loss of power only once the folder itself is on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
