/**
 * The secret that makes a process a member of a cluster: NodeManagers sign their `node` tokens with it, and whoever may
 * read it makes `client` tokens. A file of one key a line: the current one, and while it rolls the one before.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WeftError } from '../errors/index.js';
import { newTokenKey } from './token.js';

/** Makes the file with a fresh key if there is none; only its owner may read it. @throws CONFIG_BAD_FILE */
export function createClusterKeys(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // Exclusive: of two processes that start at once, one writes and the other reads.
    writeFileSync(path, `${newTokenKey()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    chmodSync(path, 0o600);
  }
  if (textOf(path).trim() === '') throw notKeys(path);
  readClusterKeys(path);
}

/**
 * The keys in force, the current one first. Read anew each time, because they roll by a change of the file.
 * @throws CONFIG_BAD_FILE for anything but 256 bits in hexadecimal digits: read as a key it would be shorter, or empty;
 * AUTH_BAD_TOKEN while there is no file
 */
export function readClusterKeys(path: string): string[] {
  const keys = textOf(path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // Missing or empty: the ResourceManager is just about to write it.
  if (keys.length === 0) throw new WeftError('AUTH_BAD_TOKEN', `There is no cluster key in ${path} yet.`);
  if (keys.length <= 2 && keys.every((key) => /^[0-9a-f]{64}$/i.test(key))) return keys;
  throw notKeys(path);
}

/** Puts a new key before the current one, which stays good until the next time. @throws as `readClusterKeys` */
export function rollClusterKeys(path: string): void {
  const [current = ''] = readClusterKeys(path);
  const next = `${path}.next`;
  writeFileSync(next, `${newTokenKey()}\n${current}\n`, { mode: 0o600 });
  renameSync(next, path);
}

function notKeys(path: string): WeftError {
  const message = `${path} holds no cluster keys: those are one or two lines of 64 hexadecimal digits.`;
  const hint = 'Remove the file, so that a key is made, and copy that one to the other machines.';
  return new WeftError('CONFIG_BAD_FILE', message, { subject: path, hint });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
