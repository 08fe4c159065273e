import { renameSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Which containers a node knows, running or ended. */
export interface KnownContainers {
  hasApplication(applicationId: string): boolean;
  has(containerId: string): boolean;
}

/** Deletes the logs of applications that have no container here and were last written to before `olderThanMs`. */
export async function removeOldLogs(logs: string, known: KnownContainers, olderThanMs: number): Promise<void> {
  for (const application of await readdir(logs).catch(() => [])) {
    if (known.hasApplication(application) || !application.startsWith('application_')) continue;
    const folder = join(logs, application);
    if ((await lastWrittenMs(folder)) < olderThanMs) await rm(folder, { recursive: true, force: true });
  }
}

/** Deletes working folders of applications and containers that the node does not know: an earlier NodeManager left them. */
export async function removeStrayFolders(applications: string, known: KnownContainers): Promise<void> {
  for (const application of await readdir(applications).catch(() => [])) {
    const folder = join(applications, application);
    if (!known.hasApplication(application)) await removeAside(folder);
    else {
      for (const name of await readdir(folder).catch(() => [])) {
        if (name.startsWith('container_') && !known.has(name)) await removeAside(join(folder, name));
      }
    }
  }
}

/** Moved away in the same turn as it was looked at, so that a container which starts meanwhile gets a folder of its own. */
async function removeAside(folder: string): Promise<void> {
  const doomed = `${folder}.deleted`;
  renameSync(folder, doomed);
  await rm(doomed, { recursive: true, force: true });
}

async function lastWrittenMs(folder: string): Promise<number> {
  let latest = 0;
  for (const entry of await readdir(folder, { recursive: true }).catch(() => [])) {
    const found = await stat(join(folder, entry)).catch(() => undefined);
    latest = Math.max(latest, found?.mtimeMs ?? 0);
  }
  return latest;
}
