import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { WeftError } from '../../runtime/common/errors/index.js';

/**
 * The file that a command's first word names: a path, or a name that is looked up in PATH. Asked before the start, so
 * that the answer is an error with a reason instead of a shell's exit code.
 * @throws CONTAINER_LAUNCH_FAILED
 */
export function findProgram(word: string, workingDir: string, path: string | undefined): string {
  const candidates = word.includes('/')
    ? [isAbsolute(word) ? word : resolve(workingDir, word)]
    : (path ?? '').split(':').map((folder) => join(folder, word));
  const found = candidates.find(isExecutableFile);
  if (found !== undefined) return found;
  const where = word.includes('/') ? 'It is no executable file.' : 'It is in no folder of PATH.';
  throw new WeftError('CONTAINER_LAUNCH_FAILED', `The program "${word}" cannot be run on this node. ${where}`, {
    subject: word,
  });
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
