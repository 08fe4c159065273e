import { join } from 'node:path';
import { WeftError } from '../../runtime/common/errors/index.js';
import { refusedPath } from '../../runtime/common/security/launch-rules.js';

/**
 * Where a shipped file lies in the working folder. Paths are relative, with forward slashes and plain names only.
 * @throws LOCAL_RESOURCE_BAD_PATH
 */
export function placeInFolder(folder: string, path: string): string {
  const refusal = refusedPath(path);
  if (refusal === undefined) return join(folder, ...path.split('/'));
  const message = `"${path}" is no place inside the working folder of a container: ${refusal}.`;
  throw new WeftError('LOCAL_RESOURCE_BAD_PATH', message, { subject: path });
}
