/** Finds the files of Weft's own package, from wherever this code was bundled to. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../runtime/common/version.js';

interface Manifest {
  name?: string;
  /** Written by npm when the package is published. */
  gitHead?: string;
}

let root: string | undefined;

function packageRoot(): string {
  if (root !== undefined) return root;
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && readManifest(folder).name === 'weft-stream') return (root = folder);
  }
  throw new Error('The package of Weft is incomplete: its package.json is missing.');
}

export function packageFile(path: string): string {
  return join(packageRoot(), path);
}

export function packageVersion(): { version: string; commit: string } {
  const { gitHead } = readManifest(packageRoot());
  return { version: VERSION, commit: (gitHead ?? checkedOutCommit() ?? 'unknown').slice(0, 7) };
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** The commit of a checkout, read from git's own files. */
function checkedOutCommit(): string | undefined {
  try {
    const git = join(packageRoot(), '.git');
    const head = readFileSync(join(git, 'HEAD'), 'utf8').trim();
    if (!head.startsWith('ref: ')) return head;
    return readFileSync(join(git, head.slice('ref: '.length)), 'utf8').trim();
  } catch {
    return undefined;
  }
}
