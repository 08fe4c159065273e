import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it, from the first that is missing. One by one, because Node's own recursive `mkdir` never returns
 * where the system says that there is no such path although the folder above is there (below /proc).
 */
export async function makeFolders(folder: string): Promise<void> {
  const missing: string[] = [];
  let at = resolve(folder);
  for (; (await kindOf(at)) === undefined; at = dirname(at)) missing.push(at);
  if (missing.length === 0 && (await kindOf(at)) === 'file') throw alreadyThere();
  for (const each of missing.toReversed()) {
    await mkdir(each).catch(async (error: unknown) => {
      // Somebody else was faster.
      if ((await kindOf(each)) !== 'folder') throw error;
    });
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function alreadyThere(): Error {
  return Object.assign(new Error('it is there already'), { code: 'EEXIST' });
}
