/** What a NodeManager does once in a while: looks at its disks, and deletes what nobody needs any more. */
import type { Clock } from '../runtime/common/clock.js';
import { nodeManagerOptions } from '../runtime/common/config/options/node-manager.js';
import type { YarnConfiguration } from '../runtime/common/config/yarn-site.js';
import type { Logger } from '../runtime/common/log/logger.js';
import type { ContainerManager } from './containers/container-manager.js';
import { checkDisks, type Health } from './health/disk-health.js';
import type { FileCache } from './localizer/file-cache.js';
import { removeOldLogs, removeStrayFolders } from './logs/log-retention.js';
import type { NodeFolders } from './node-folders.js';

export interface HousekeepingOptions {
  readonly folders: NodeFolders;
  readonly containers: ContainerManager;
  readonly cache: FileCache;
  readonly site: YarnConfiguration;
  readonly clock: Clock;
  readonly log: Logger;
}

const CLEAN_UP_INTERVAL_MS = 60_000;
/** How long ended containers are listed, and refused to start again; as YARN. */
const ENDED_KEPT_MS = 600_000;

export class Housekeeping {
  /** Healthy until the first look says otherwise. */
  health: Health = { healthy: true, report: '' };
  /** Epoch milliseconds. */
  healthCheckedMs = 0;
  private readonly timers: (() => void)[] = [];

  constructor(private readonly options: HousekeepingOptions) {}

  start(): void {
    const { cache, clock, log, site } = this.options;
    void this.checkHealth();
    void this.cleanUp();
    cache.removePartialFiles().catch((error: unknown) => {
      log.warn({ err: error }, 'half-fetched files could not be removed');
    });
    this.timers.push(
      clock.every(site.get(nodeManagerOptions.healthIntervalMs), () => void this.checkHealth()),
      clock.every(CLEAN_UP_INTERVAL_MS, () => void this.cleanUp()),
    );
  }

  stop(): void {
    for (const cancel of this.timers) cancel();
  }

  private async checkHealth(): Promise<void> {
    const { clock, folders, site } = this.options;
    const limitPercent = site.get(nodeManagerOptions.maxDiskUtilizationPercent);
    this.health = await checkDisks([folders.local, folders.logs], limitPercent);
    this.healthCheckedMs = clock.nowMs();
  }

  private async cleanUp(): Promise<void> {
    const { cache, clock, containers, folders, log, site } = this.options;
    const nowMs = clock.nowMs();
    try {
      for (const { containerId, endReported, endedMs } of containers.list()) {
        if (endReported === true && endedMs !== undefined && nowMs - endedMs > ENDED_KEPT_MS)
          containers.forget(containerId);
      }
      const known = {
        hasApplication: (id: string) => containers.list().some((record) => record.applicationId === id),
        has: (id: string) => containers.get(id) !== undefined,
      };
      await removeOldLogs(folders, known, nowMs - site.get(nodeManagerOptions.logRetainSeconds) * 1000);
      await removeStrayFolders(folders, known);
      await cache.cleanUp();
    } catch (error) {
      log.warn({ err: error }, 'housekeeping failed; it is tried again in a minute');
    }
  }
}
