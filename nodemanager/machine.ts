/**
 * The machine below a NodeManager: its files, processes, memory and sockets. `NodeManager` decides and this does; a simulation
 * brings a machine of its own.
 */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigOption } from '../runtime/common/config/option.js';
import { nodeManagerOptions } from '../runtime/common/config/options/node-manager.js';
import type { YarnConfiguration } from '../runtime/common/config/yarn-site.js';
import { WeftError } from '../runtime/common/errors/index.js';
import { systemNetwork, type Network } from '../runtime/common/http/network.js';
import { claimRole, removeRoleRecord, writeRoleRecord } from '../runtime/common/process/role-record.js';
import type { ControlGroups } from './cgroups/control-groups.js';
import { openControlGroups } from './cgroups/open.js';
import type { ContainerManager, ContainerManagerOptions } from './containers/container-manager.js';
import { FolderPool } from './health/folder-pool.js';
import { Housekeeping } from './housekeeping.js';
import { Launcher, type NodePlace } from './launcher/launcher.js';
import { blobsOf } from './localizer/fetch-blob.js';
import { Localizer } from './localizer/localizer.js';
import { NodeCache } from './localizer/node-cache.js';
import { ContainerLogs } from './logs/container-logs.js';
import { LogArchive } from './logs/log-archive.js';
import { ContainerProcesses } from './monitor/container-processes.js';
import { MemoryMonitor } from './monitor/memory-monitor.js';
import { NodeFolders } from './node-folders.js';
import type { NodeManagerOptions } from './node-manager.js';
import { ContainerStore } from './recovery/container-store.js';
import { NodeStore } from './recovery/node-store.js';
import { awaitResourceManagerAddress, nodeToken } from './resourcemanager-address.js';

export interface NodeMachine extends Pick<ContainerManagerOptions, 'store' | 'localizer' | 'launcher'> {
  readonly network: Network;
  readonly monitor: Pick<MemoryMonitor, Exclude<keyof MemoryMonitor, 'sample'>>;
  readonly logs: ContainerLogs;
  /** What the node keeps of itself. */
  readonly nodeStore: Pick<NodeStore, keyof NodeStore>;
  housekeeping(containers: ContainerManager): Pick<Housekeeping, keyof Housekeeping>;
  /** Makes this process the only one that is this node. @throws NODEMANAGER_RUNS_ALREADY */
  claim(startedMs: number): void;
  /** The node serves there from now on. */
  servesAt(url: string, nodeId: string, startedMs: number): void;
  /** The node is gone, in order. */
  withdraw(): void;
  /** Where the ResourceManager is now. */
  resourceManagerAddress(): Promise<string>;
  /** Proof that this node belongs to the cluster. */
  nodeToken(nodeId: string): string;
  /** What an application keeps on this machine for its next attempt. */
  removeKeptState(applicationId: string): Promise<void>;
  removeApplicationDir(applicationId: string): Promise<void>;
  /** Gathers the logs of an ended application, if that is wanted. */
  archiveLogs(applicationId: string): Promise<void>;
}

const MB = 1024 * 1024;

/** @param onExceeded a container uses more memory than it was given */
export class LocalMachine implements NodeMachine {
  readonly network = systemNetwork;
  readonly nodeStore: NodeStore;
  readonly store: ContainerStore;
  readonly localizer: Localizer;
  readonly launcher: Launcher;
  readonly monitor: MemoryMonitor;
  readonly logs: ContainerLogs;
  private readonly folders: NodeFolders;
  private readonly pools: { readonly local: FolderPool; readonly logs: FolderPool };
  private readonly groups: ControlGroups | undefined;
  private readonly archive: LogArchive | undefined;
  private readonly cache: NodeCache;
  private readonly place: { -readonly [K in keyof NodePlace]: NodePlace[K] };

  constructor(
    private readonly options: NodeManagerOptions,
    onExceeded: (containerId: string) => void,
  ) {
    const { clock, home, index, log, settings } = options;
    const { site } = settings;
    const perNode = (option: ConfigOption<readonly string[]>): string[] =>
      [...new Set(site.get(option))].map((folder) => join(folder, `nodemanager-${index}`));
    const [local, logs] = [perNode(nodeManagerOptions.localDirs), perNode(nodeManagerOptions.logDirs)];
    this.folders = new NodeFolders(home.nodeManagerDir(index), local, logs);
    this.pools = poolsOf(this.folders, site);
    // Containers of other users pass here; the state below it is private.
    mkdirSync(this.folders.root, { recursive: true });
    this.nodeStore = new NodeStore(this.folders.nodeRecord);
    this.archive = site.get(nodeManagerOptions.logAggregationEnabled)
      ? new LogArchive(this.folders, site.get(nodeManagerOptions.logArchiveDir) ?? home.logArchiveDir)
      : undefined;
    this.logs = new ContainerLogs(this.folders, this.archive);
    this.groups = openControlGroups(home, index, site, { clock, log });
    const processes = new ContainerProcesses(this.groups);
    this.monitor = new MemoryMonitor({
      clock,
      processes,
      intervalMs: site.get(nodeManagerOptions.monitorIntervalMs),
      enforce: site.get(nodeManagerOptions.memoryCheckEnabled),
      onExceeded,
    });
    const blobs = blobsOf(
      () => this.resourceManagerAddress(),
      () => this.nodeToken(this.nodeId),
      clock,
    );
    this.cache = new NodeCache(this.folders, blobs, site.get(nodeManagerOptions.cacheTargetSizeMb) * MB);
    this.localizer = new Localizer(this.cache);
    this.place = {
      nodeManagerUrl: '',
      nodeHost: settings.host,
      nodeBinary: process.execPath,
      distDir: options.distDir,
      home: home.path,
    };
    this.store = new ContainerStore(this.folders.containerRecords);
    const { folders, groups, place, pools, store } = this;
    this.launcher = new Launcher({ folders, pools, groups, place, store, processes, clock });
  }

  private nodeId = '';

  housekeeping(containers: ContainerManager): Housekeeping {
    const { clock, log, settings } = this.options;
    const { archive, cache, folders } = this;
    const pools = [this.pools.local, this.pools.logs];
    return new Housekeeping({ archive, cache, containers, folders, pools, site: settings.site, clock, log });
  }

  claim(startedMs: number): void {
    const { home, index } = this.options;
    const other = claimRole(home, this.recordName, { role: 'nodemanager', url: '', startedMs });
    if (other === undefined) return;
    const where = other.url === '' ? '' : ` at ${other.url}`;
    const message = `NodeManager ${index} of ${home.path} runs already: process ${other.pid}${where}.`;
    throw new WeftError('NODEMANAGER_RUNS_ALREADY', message);
  }

  servesAt(url: string, nodeId: string, startedMs: number): void {
    this.nodeId = nodeId;
    this.place.nodeManagerUrl = url;
    writeRoleRecord(this.options.home, this.recordName, { role: 'nodemanager', url, startedMs, nodeId });
  }

  withdraw(): void {
    this.groups?.close();
    removeRoleRecord(this.options.home, this.recordName);
  }

  resourceManagerAddress(): Promise<string> {
    const { clock, home, settings } = this.options;
    return awaitResourceManagerAddress(home, settings, clock);
  }

  nodeToken(nodeId: string): string {
    return nodeToken(this.options.home, nodeId, this.options.clock);
  }

  removeKeptState(applicationId: string): Promise<void> {
    return rm(join(this.options.home.highAvailabilityDir, applicationId), { recursive: true, force: true });
  }

  async removeApplicationDir(applicationId: string): Promise<void> {
    const places = this.folders.applicationDirs(applicationId);
    await Promise.all(places.map((place) => rm(place, { recursive: true, force: true })));
  }

  async archiveLogs(applicationId: string): Promise<void> {
    await this.archive?.add(applicationId);
  }

  private get recordName(): string {
    return `nodemanager-${this.options.index}`;
  }
}

function poolsOf({ local, logs }: NodeFolders, site: YarnConfiguration): { local: FolderPool; logs: FolderPool } {
  const limits = {
    maxUtilizationPercent: site.get(nodeManagerOptions.maxDiskUtilizationPercent),
    minFreeMb: site.get(nodeManagerOptions.minDiskFreeMb),
    minHealthyShare: site.get(nodeManagerOptions.minHealthyDisks),
  };
  return { local: new FolderPool('local', local, limits), logs: new FolderPool('log', logs, limits) };
}
