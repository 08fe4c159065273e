import { join } from 'node:path';
import { WeftError } from '../../runtime/common/errors/index.js';

/**
 * Where a shipped file lies in the working folder. Paths are relative, with forward slashes and plain names only.
 * @throws LOCAL_RESOURCE_BAD_PATH
 */
export function placeInFolder(folder: string, path: string): string {
  const parts = path.split('/');
  const plain = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!plain || path.includes('\\') || path.includes('\0')) {
    const message = `"${path}" is no place inside the working folder of a container.`;
    throw new WeftError('LOCAL_RESOURCE_BAD_PATH', message, { subject: path });
  }
  return join(folder, ...parts);
}
