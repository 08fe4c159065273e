/** The secret that makes a process a member of this cluster: NodeManagers sign their `node` tokens with it. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { newTokenKey } from '../../runtime/common/security/token.js';

/** The key in the file, made if there is none; only its owner may read it. */
export function readOrCreateClusterKey(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // Exclusive: of two processes that start at once, one writes and the other reads.
    writeFileSync(path, `${newTokenKey()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    chmodSync(path, 0o600);
  }
  return readFileSync(path, 'utf8').trim();
}
