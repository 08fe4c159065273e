/**
 * Logs of ended applications, gathered in one folder that several nodes may share (YARN's log aggregation): they can be read
 * when the node that wrote them is gone, from any node that sees the folder. A container's folder appears there whole or not
 * at all.
 */
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeFolders } from '../node-folders.js';

export class LogArchive {
  /** @param root created when first needed */
  constructor(
    private readonly folders: NodeFolders,
    private readonly root: string,
  ) {}

  folderOf(applicationId: string): string {
    return join(this.root, applicationId);
  }

  /** Moves the logs that an ended application left on this node. Doing it again goes on where it was interrupted. */
  async add(applicationId: string): Promise<void> {
    const target = this.folderOf(applicationId);
    await Promise.all(this.folders.applicationLogs(applicationId).map((local) => moveLogs(local, target)));
  }

  /** Deletes applications that were added before this time. */
  async removeBefore(timeMs: number): Promise<void> {
    for (const name of await readdir(this.root).catch(() => [])) {
      const found = await stat(this.folderOf(name)).catch(() => undefined);
      if (!name.startsWith('application_') || found === undefined || found.mtimeMs >= timeMs) continue;
      await rm(this.folderOf(name), { recursive: true, force: true });
    }
  }
}

async function moveLogs(local: string, target: string): Promise<void> {
  const names = (await readdir(local).catch(() => [])).filter((name) => name.startsWith('container_'));
  if (names.length > 0) await mkdir(target, { recursive: true, mode: 0o750 });
  for (const name of names) {
    const partial = join(target, `.${name}.part`);
    await rm(partial, { recursive: true, force: true });
    // Links stay links: a program could make one to anything.
    await cp(join(local, name), partial, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rm(join(target, name), { recursive: true, force: true });
    await rename(partial, join(target, name));
    await rm(join(local, name), { recursive: true, force: true });
  }
  await rm(local, { recursive: true, force: true });
}
