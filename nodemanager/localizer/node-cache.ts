import type { NodeFolders } from '../node-folders.js';
import { FileCache, type CachedFile, type FetchBlob } from './file-cache.js';

/** The shipped files of a node: a cache in each local folder, because no hard link leads from one disk to another. */
export class NodeCache {
  private readonly caches: ReadonlyMap<string, FileCache>;

  /** @param targetSizeBytes of all together */
  constructor(
    private readonly folders: NodeFolders,
    fetchBlob: FetchBlob,
    targetSizeBytes: number,
  ) {
    const share = targetSizeBytes / folders.local.length;
    this.caches = new Map(
      folders.local.map((local) => [local, new FileCache(folders.fileCache(local), fetchBlob, share)]),
    );
  }

  /** The path of the file on the disk of the working folder. @throws BLOB_CORRUPT, BLOB_NOT_FOUND, UNREACHABLE */
  get(file: CachedFile, workingDir: string): Promise<string> {
    const cache = this.caches.get(this.folders.localOf(workingDir) ?? '');
    if (cache === undefined) throw new TypeError(`${workingDir} lies in no local folder of this node`);
    return cache.get(file);
  }

  /** @see FileCache.cleanUp */
  async cleanUp(): Promise<void> {
    await Promise.all([...this.caches.values()].map((cache) => cache.cleanUp()));
  }

  /** @see FileCache.removePartialFiles */
  async removePartialFiles(): Promise<void> {
    await Promise.all([...this.caches.values()].map((cache) => cache.removePartialFiles()));
  }
}
