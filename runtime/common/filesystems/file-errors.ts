/** Failures of the operating system as errors that name the file. */
import { WeftError, type ErrorCode } from '../errors/index.js';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'FILE_NOT_FOUND',
  ENOTDIR: 'FILE_NOT_FOUND',
  EEXIST: 'FILE_EXISTS',
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'it is there already',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'the process has too many files open',
};

/** @param verb what was tried, e.g. `read` */
export function fileError(verb: string, path: string, cause: unknown): WeftError {
  if (cause instanceof WeftError) return cause;
  const errno = (cause as NodeJS.ErrnoException).code ?? '';
  const known = REASONS[errno];
  const reason = known === undefined ? (cause instanceof Error ? cause.message : String(cause)) : `${known} (${errno})`;
  return new WeftError(CODES[errno] ?? 'FILE_FAILED', `Cannot ${verb} ${path}: ${reason}.`, { subject: path, cause });
}

/** @throws what the action throws, with the file's name */
export async function guardedFile<T>(verb: string, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileError(verb, path, error);
  }
}
