/** Which file system a path belongs to, by its scheme. */
import { WeftError } from '../errors/index.js';
import type { FileSystem } from './file-system.js';
import { LocalFileSystem } from './local-file-system.js';

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

const registered = new Map<string, FileSystem>();

/** Makes a file system known in this thread. A scheme that is known already gets the new one. */
export function registerFileSystem(fileSystem: FileSystem): void {
  registered.set(fileSystem.scheme.toLowerCase(), fileSystem);
}

registerFileSystem(new LocalFileSystem());

/** The one that the path's scheme names; without a scheme the local one. @throws FILESYSTEM_UNKNOWN */
export function fileSystemOf(path: string): FileSystem {
  const scheme = SCHEME.exec(path)?.[1]?.toLowerCase() ?? 'file';
  const found = registered.get(scheme);
  if (found !== undefined) return found;
  const known = [...registered.keys()].map((name) => `${name}:`).join(', ');
  throw new WeftError('FILESYSTEM_UNKNOWN', `No file system for "${scheme}:" is known (${path}); known are ${known}.`, {
    subject: path,
  });
}
