import { renameSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeFolders } from '../node-folders.js';

/**
 * Deletes the logs of applications that have no container here and were last written to before `olderThanMs`, and the
 * working folders that nobody needs any more.
 * @param isInUse whether the application has containers on this node now
 */
export async function removeOldFiles(
  folders: NodeFolders,
  isInUse: (applicationId: string) => boolean,
  olderThanMs: number,
): Promise<void> {
  for (const application of await readdir(folders.logs).catch(() => [])) {
    if (isInUse(application) || !application.startsWith('application_')) continue;
    const folder = folders.applicationLogs(application);
    if ((await lastWrittenMs(folder)) < olderThanMs) await rm(folder, { recursive: true, force: true });
  }
  for (const application of await readdir(folders.applications).catch(() => [])) {
    if (isInUse(application)) continue;
    // Moved away in the same turn as it is looked at, so that a container which starts meanwhile gets a folder of its own.
    const folder = folders.applicationDir(application);
    const doomed = `${folder}.deleted`;
    renameSync(folder, doomed);
    await rm(doomed, { recursive: true, force: true });
  }
}

async function lastWrittenMs(folder: string): Promise<number> {
  let latest = 0;
  for (const entry of await readdir(folder, { recursive: true }).catch(() => [])) {
    const found = await stat(join(folder, entry)).catch(() => undefined);
    latest = Math.max(latest, found?.mtimeMs ?? 0);
  }
  return latest;
}
