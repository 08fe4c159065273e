/** Puts the files that a container needs into its working folder, from the node's cache. */
import { constants } from 'node:fs';
import { copyFile, link, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { LocalResource } from '../../runtime/common/wire/protocols/shared.js';
import type { CachedFile } from './file-cache.js';
import { placeInFolder } from './safe-path.js';

/** Files fetched at the same time for one container. */
const CONCURRENCY = 8;

export interface FileSource {
  /** The path of a file, best on the disk of the working folder. @throws BLOB_CORRUPT, BLOB_NOT_FOUND, UNREACHABLE */
  get(file: CachedFile, workingDir: string): Promise<string>;
}

export class Localizer {
  constructor(private readonly files: FileSource) {}

  /**
   * The folder is new and holds nothing but what comes from here, so no link can lead out of it.
   * @throws LOCAL_RESOURCE_BAD_PATH, BLOB_CORRUPT, BLOB_NOT_FOUND, UNREACHABLE
   */
  async localize(resources: readonly LocalResource[], workingDir: string): Promise<void> {
    const wanted = resources.map((resource) => ({ resource, target: placeInFolder(workingDir, resource.path) }));
    const queue = wanted.values();
    const worker = async (): Promise<void> => {
      for (const { resource, target } of queue) await this.place(resource, target, workingDir);
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, wanted.length) }, worker));
  }

  private async place(resource: LocalResource, target: string, workingDir: string): Promise<void> {
    const { sha256, sizeBytes, executable, path } = resource;
    const file = { sha256, sizeBytes, executable: executable ?? false, name: path };
    const cached = await this.files.get(file, workingDir);
    try {
      await mkdir(dirname(target), { recursive: true });
      await linkOrCopy(cached, target);
    } catch (cause) {
      const message = `The file ${path} cannot be put into the working folder: ${(cause as Error).message}`;
      throw new WeftError('LOCAL_RESOURCE_BAD_PATH', message, { cause, subject: path });
    }
  }
}

/** A link costs nothing; file systems that have none, or too many of one file, get a copy. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP') throw error;
    await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}
