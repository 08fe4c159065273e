/** Where a NodeManager keeps what. Nothing else here builds paths. */
import { join } from 'node:path';

export class NodeFolders {
  /**
   * @param root the node's folder in WEFT_HOME: its own state
   * @param local working folders and the cache of shipped files
   * @param logs logs of containers
   */
  constructor(
    readonly root: string,
    readonly local = join(root, 'local'),
    readonly logs = join(root, 'logs'),
  ) {}

  get containerRecords(): string {
    return join(this.root, 'state', 'containers');
  }

  get nodeRecord(): string {
    return join(this.root, 'state', 'node.json');
  }

  get fileCache(): string {
    return join(this.local, 'filecache');
  }

  get applications(): string {
    return join(this.local, 'apps');
  }

  applicationDir(applicationId: string): string {
    return join(this.applications, applicationId);
  }

  workingDir(applicationId: string, containerId: string): string {
    return join(this.applicationDir(applicationId), containerId);
  }

  applicationLogs(applicationId: string): string {
    return join(this.logs, applicationId);
  }

  logDir(applicationId: string, containerId: string): string {
    return join(this.applicationLogs(applicationId), containerId);
  }
}
