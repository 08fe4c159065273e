/** What a NodeManager does once in a while: looks at its disks, and deletes what nobody needs any more. */
import type { Clock } from '../runtime/common/clock.js';
import { nodeManagerOptions } from '../runtime/common/config/options/node-manager.js';
import type { YarnConfiguration } from '../runtime/common/config/yarn-site.js';
import type { Logger } from '../runtime/common/log/logger.js';
import type { ContainerManager } from './containers/container-manager.js';
import type { Health } from './health/disk-health.js';
import type { FolderPool } from './health/folder-pool.js';
import { bothHealthy, runHealthScript, type HealthScript } from './health/health-script.js';
import type { NodeCache } from './localizer/node-cache.js';
import type { LogArchive } from './logs/log-archive.js';
import { removeOldLogs, removeStrayFolders } from './logs/log-retention.js';
import { rotateLogs } from './logs/log-rotation.js';
import type { NodeFolders } from './node-folders.js';

export interface HousekeepingOptions {
  readonly folders: NodeFolders;
  /** The folders that are looked at. */
  readonly pools: readonly FolderPool[];
  readonly containers: ContainerManager;
  readonly archive: LogArchive | undefined;
  readonly cache: NodeCache;
  readonly site: YarnConfiguration;
  readonly clock: Clock;
  readonly log: Logger;
}

const MB = 1024 * 1024;
/** Time between two looks at the size of logs. */
const ROTATION_INTERVAL_MS = 5000;
const CLEAN_UP_INTERVAL_MS = 60_000;

export class Housekeeping {
  /** Healthy until the first run says otherwise. */
  private scriptHealth: Health = { healthy: true, report: '' };
  /** Epoch milliseconds. */
  healthCheckedMs = 0;
  private readonly timers: (() => void)[] = [];

  constructor(private readonly options: HousekeepingOptions) {}

  get health(): Health {
    return this.options.pools.map((pool) => pool.health).reduce(bothHealthy, this.scriptHealth);
  }

  start(): void {
    const { cache, clock, log, site } = this.options;
    const lookAtFolders = oneAtATime(() => this.lookAtFolders());
    const askScript = oneAtATime(() => this.askScript());
    const cleanUp = oneAtATime(() => this.cleanUp());
    for (const task of [lookAtFolders, askScript, cleanUp]) task();
    cache.removePartialFiles().catch((error: unknown) => {
      log.warn({ err: error }, 'half-fetched files could not be removed');
    });
    this.timers.push(
      clock.every(site.get(nodeManagerOptions.diskCheckIntervalMs), lookAtFolders),
      clock.every(site.get(nodeManagerOptions.healthIntervalMs), askScript),
      clock.every(CLEAN_UP_INTERVAL_MS, cleanUp),
      clock.every(
        ROTATION_INTERVAL_MS,
        oneAtATime(() => this.rotateLogs()),
      ),
    );
  }

  stop(): void {
    for (const cancel of this.timers) cancel();
  }

  private async lookAtFolders(): Promise<void> {
    const { clock, log, pools } = this.options;
    for (const pool of pools) {
      for (const { path, complaint } of await pool.look()) {
        if (complaint === undefined) log.info({ path }, 'a folder is good again');
        else log.warn({ path, complaint }, 'a folder gets no new containers');
      }
    }
    this.healthCheckedMs = clock.nowMs();
  }

  private async askScript(): Promise<void> {
    const script = healthScriptOf(this.options.site);
    if (script === undefined) return;
    this.scriptHealth = await runHealthScript(script);
    this.healthCheckedMs = this.options.clock.nowMs();
  }

  private async rotateLogs(): Promise<void> {
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
  }

  private async cleanUp(): Promise<void> {
    const { archive, cache, clock, containers, folders, log, site } = this.options;
    const nowMs = clock.nowMs();
    const known = {
      hasApplication: (id: string) => containers.list().some((record) => record.applicationId === id),
      has: (id: string) => containers.get(id) !== undefined,
    };
    const logsBeforeMs = nowMs - site.get(nodeManagerOptions.logRetainSeconds) * 1000;
    const archivedSeconds = site.get(nodeManagerOptions.logArchiveRetainSeconds);
    // A bad disk is no reason to leave the others full.
    const results = await Promise.allSettled([
      Promise.resolve().then(() => this.forgetEnded(nowMs)),
      ...folders.logs.map((logs) => removeOldLogs(logs, known, logsBeforeMs)),
      ...folders.applications.map((applications) => removeStrayFolders(applications, known)),
      archivedSeconds >= 0 ? archive?.removeBefore(nowMs - archivedSeconds * 1000) : undefined,
      cache.cleanUp(),
    ]);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      log.warn({ err: result.reason as unknown }, 'housekeeping failed; it is tried again in a minute');
    }
  }

  private forgetEnded(nowMs: number): void {
    const { containers, site } = this.options;
    const keptMs = site.get(nodeManagerOptions.endedContainersKeptMs);
    for (const { containerId, endReported, endedMs } of containers.list()) {
      if (endReported === true && endedMs !== undefined && nowMs - endedMs > keptMs) containers.forget(containerId);
    }
  }
}

/** Skips what would begin before the last one has ended. */
function oneAtATime(task: () => Promise<void>): () => void {
  let runs = false;
  return () => {
    if (runs) return;
    runs = true;
    void task().finally(() => {
      runs = false;
    });
  };
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
