/**
 * The log files of containers, running or ended. What lies in a container's log folder is listed; links are not
 * followed, because a program could make one to anything.
 */
import { constants, existsSync } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WeftError } from '../../runtime/common/errors/index.js';
import { applicationOfContainer, type ApplicationId, type ContainerId } from '../../runtime/common/ids.js';
import type { NodeFolders } from '../node-folders.js';
import type { LogArchive } from './log-archive.js';

export interface LogFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
}

/** Which bytes of a file: from `offset` on, and of those the first `size`, or the last if it is negative. */
export interface LogRange {
  readonly offset: number;
  readonly size: number | undefined;
}

const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

export class ContainerLogs {
  constructor(
    private readonly folders: NodeFolders,
    private readonly archive: LogArchive | undefined,
  ) {}

  /** Containers of the application that left logs here, or whose logs were gathered. */
  async containersOf(applicationId: ApplicationId): Promise<string[]> {
    const folders = [
      ...this.folders.applicationLogs(applicationId),
      this.archive?.folderOf(applicationId) ?? [],
    ].flat();
    const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
    return [...new Set(names.flat().filter((name) => name.startsWith('container_')))].sort();
  }

  /** @throws HTTP_NOT_FOUND when the container left no logs here */
  async filesOf(containerId: ContainerId): Promise<LogFile[]> {
    const folder = this.folderOf(containerId);
    const names = await readdir(folder).catch((cause: unknown) => {
      throw new WeftError('HTTP_NOT_FOUND', `There are no logs of ${containerId} on this node.`, { cause });
    });
    const files: LogFile[] = [];
    for (const name of names.sort()) {
      const found = await lstat(join(folder, name)).catch(() => undefined);
      if (found?.isFile() !== true || !FILE_NAME.test(name)) continue;
      files.push({ name, sizeBytes: found.size, lastModifiedMs: Math.round(found.mtimeMs) });
    }
    return files;
  }

  /** @throws HTTP_NOT_FOUND */
  async read(containerId: ContainerId, fileName: string, range: LogRange): Promise<NodeJS.ReadableStream | Buffer> {
    const notFound = `There is no log file ${fileName} of ${containerId} on this node.`;
    if (!FILE_NAME.test(fileName)) throw new WeftError('HTTP_NOT_FOUND', notFound);
    let handle: FileHandle;
    try {
      handle = await open(join(this.folderOf(containerId), fileName), constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (cause) {
      throw new WeftError('HTTP_NOT_FOUND', notFound, { cause });
    }
    const { start, end } = resolveRange((await handle.stat()).size, range);
    if (start >= end) {
      await handle.close();
      return Buffer.alloc(0);
    }
    return handle.createReadStream({ start, end: end - 1 });
  }

  private folderOf(containerId: ContainerId): string {
    const applicationId = applicationOfContainer(containerId);
    const local = this.folders.logDir(applicationId, containerId);
    if (this.archive === undefined || existsSync(local)) return local;
    return join(this.archive.folderOf(applicationId), containerId);
  }
}

/** First byte, and the one after the last. */
export function resolveRange(fileSize: number, { offset, size }: LogRange): { start: number; end: number } {
  const from = Math.min(offset, fileSize);
  if (size === undefined) return { start: from, end: fileSize };
  return size < 0
    ? { start: Math.max(from, fileSize + size), end: fileSize }
    : { start: from, end: Math.min(from + size, fileSize) };
}
