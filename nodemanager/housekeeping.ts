/** What a NodeManager does once in a while: looks at its disks, and deletes what nobody needs any more. */
import type { Clock } from '../runtime/common/clock.js';
import { nodeManagerOptions } from '../runtime/common/config/options/node-manager.js';
import type { YarnConfiguration } from '../runtime/common/config/yarn-site.js';
import type { Logger } from '../runtime/common/log/logger.js';
import type { ContainerManager } from './containers/container-manager.js';
import { checkDisks, type Health } from './health/disk-health.js';
import { bothHealthy, runHealthScript, type HealthScript } from './health/health-script.js';
import type { FileCache } from './localizer/file-cache.js';
import type { LogArchive } from './logs/log-archive.js';
import { removeOldLogs, removeStrayFolders } from './logs/log-retention.js';
import { rotateLogs } from './logs/log-rotation.js';
import type { NodeFolders } from './node-folders.js';

export interface HousekeepingOptions {
  readonly folders: NodeFolders;
  readonly containers: ContainerManager;
  readonly archive: LogArchive | undefined;
  readonly cache: FileCache;
  readonly site: YarnConfiguration;
  readonly clock: Clock;
  readonly log: Logger;
}

const MB = 1024 * 1024;
/** Time between two looks at the size of logs. */
const ROTATION_INTERVAL_MS = 5000;
const CLEAN_UP_INTERVAL_MS = 60_000;

export class Housekeeping {
  /** Healthy until the first look says otherwise. */
  health: Health = { healthy: true, report: '' };
  /** Epoch milliseconds. */
  healthCheckedMs = 0;
  private checking = false;
  private rotating = false;
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
      clock.every(ROTATION_INTERVAL_MS, () => void this.rotateLogs()),
    );
  }

  stop(): void {
    for (const cancel of this.timers) cancel();
  }

  private async checkHealth(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    const { clock, folders, site } = this.options;
    const limitPercent = site.get(nodeManagerOptions.maxDiskUtilizationPercent);
    const disks = await checkDisks([folders.local, folders.logs], limitPercent);
    const script = healthScriptOf(site);
    this.health = script === undefined ? disks : bothHealthy(disks, await runHealthScript(script));
    this.healthCheckedMs = clock.nowMs();
    this.checking = false;
  }

  private async rotateLogs(): Promise<void> {
    if (this.rotating) return;
    this.rotating = true;
    const { containers, folders, log, site } = this.options;
    const limits = {
      maxFileBytes: site.get(nodeManagerOptions.logMaxFileSizeMb) * MB,
      keptFiles: site.get(nodeManagerOptions.logKeptFiles),
    };
    for (const { applicationId, containerId, state } of containers.list()) {
      if (state !== 'RUNNING') continue;
      await rotateLogs(folders.logDir(applicationId, containerId), limits).catch((error: unknown) => {
        log.warn({ err: error, containerId }, 'logs could not be rotated');
      });
    }
    this.rotating = false;
  }

  private async cleanUp(): Promise<void> {
    const { archive, cache, clock, containers, folders, log, site } = this.options;
    const nowMs = clock.nowMs();
    const endedKeptMs = site.get(nodeManagerOptions.endedContainersKeptMs);
    try {
      for (const { containerId, endReported, endedMs } of containers.list()) {
        if (endReported === true && endedMs !== undefined && nowMs - endedMs > endedKeptMs)
          containers.forget(containerId);
      }
      const known = {
        hasApplication: (id: string) => containers.list().some((record) => record.applicationId === id),
        has: (id: string) => containers.get(id) !== undefined,
      };
      await removeOldLogs(folders, known, nowMs - site.get(nodeManagerOptions.logRetainSeconds) * 1000);
      await removeStrayFolders(folders, known);
      const archivedSeconds = site.get(nodeManagerOptions.logArchiveRetainSeconds);
      if (archivedSeconds >= 0) await archive?.removeBefore(nowMs - archivedSeconds * 1000);
      await cache.cleanUp();
    } catch (error) {
      log.warn({ err: error }, 'housekeeping failed; it is tried again in a minute');
    }
  }
}

function healthScriptOf(site: YarnConfiguration): HealthScript | undefined {
  const path = site.get(nodeManagerOptions.healthScriptPath);
  if (path === undefined || path === '') return undefined;
  const words = site.get(nodeManagerOptions.healthScriptWords).split(',');
  return {
    path,
    words: words.map((word) => word.trim()).filter((word) => word !== ''),
    timeoutMs: site.get(nodeManagerOptions.healthScriptTimeoutMs),
  };
}
