/** Where a NodeManager keeps what. Nothing else here builds paths. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Working folders and logs may be spread over several folders, best one a disk. Nobody notes which of them has those of a
 * container: it is where it is found, also after a restart of the NodeManager and when the container is forgotten.
 */
export class NodeFolders {
  /** Each with working folders and a cache of shipped files. */
  readonly local: readonly string[];
  /** Each with logs of containers. */
  readonly logs: readonly string[];

  /**
   * @param root the node's folder in WEFT_HOME: its own state
   * @param local none = one below the root
   * @param logs none = one below the root
   */
  constructor(
    readonly root: string,
    local: readonly string[] = [],
    logs: readonly string[] = [],
  ) {
    this.local = local.length > 0 ? local : [join(root, 'local')];
    this.logs = logs.length > 0 ? logs : [join(root, 'logs')];
  }

  get containerRecords(): string {
    return join(this.root, 'state', 'containers');
  }

  get nodeRecord(): string {
    return join(this.root, 'state', 'node.json');
  }

  fileCache(local: string): string {
    return join(local, 'filecache');
  }

  /** The one of the local folders that a working folder lies in. */
  localOf(workingDir: string): string | undefined {
    return this.local.find((local) => workingDir.startsWith(`${local}/`));
  }

  /** One in each local folder, as are the next ones; they need not exist. */
  get applications(): string[] {
    return this.local.map((local) => join(local, 'apps'));
  }

  applicationDirs(applicationId: string): string[] {
    return this.applications.map((folder) => join(folder, applicationId));
  }

  workingDirs(applicationId: string, containerId: string): string[] {
    return this.local.map((local) => this.workingDirIn(local, applicationId, containerId));
  }

  workingDirIn(local: string, applicationId: string, containerId: string): string {
    return join(local, 'apps', applicationId, containerId);
  }

  /** One in each log folder; they need not exist. */
  applicationLogs(applicationId: string): string[] {
    return this.logs.map((logs) => join(logs, applicationId));
  }

  private logDirs(applicationId: string, containerId: string): string[] {
    return this.logs.map((logs) => this.logDirIn(logs, applicationId, containerId));
  }

  logDirIn(logs: string, applicationId: string, containerId: string): string {
    return join(logs, applicationId, containerId);
  }

  /** Where it is. */
  workingDir(applicationId: string, containerId: string): string {
    return existing(this.workingDirs(applicationId, containerId));
  }

  /** Where it is. */
  logDir(applicationId: string, containerId: string): string {
    return existing(this.logDirs(applicationId, containerId));
  }
}

/** The one that exists; the first if none does, which whoever opens it will say. */
function existing(places: readonly string[]): string {
  return places.find((place) => existsSync(place)) ?? places[0] ?? '';
}
