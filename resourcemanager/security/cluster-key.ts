/** The secret that makes a process a member of this cluster: NodeManagers sign their `node` tokens with it. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WeftError } from '../../runtime/common/errors/index.js';
import { newTokenKey } from '../../runtime/common/security/token.js';

/**
 * The key in the file, made if there is none; only its owner may read it.
 * @throws CONFIG_BAD_FILE for anything but 256 bits in hexadecimal digits: read as a key it would be shorter, or empty
 */
export function readOrCreateClusterKey(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // Exclusive: of two processes that start at once, one writes and the other reads.
    writeFileSync(path, `${newTokenKey()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    chmodSync(path, 0o600);
  }
  const key = readFileSync(path, 'utf8').trim();
  if (/^[0-9a-f]{64}$/i.test(key)) return key;
  throw new WeftError('CONFIG_BAD_FILE', `${path} holds no cluster key: that is 64 hexadecimal digits.`, {
    subject: path,
    hint: 'Remove the file, so that a key is made, and copy that one to the other machines.',
  });
}
