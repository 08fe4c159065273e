/** One NodeManager: puts its parts together, brings them up in the order that recovery needs, and takes them down again. */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../runtime/common/clock.js';
import { nodeManagerOptions } from '../runtime/common/config/options/yarn-site.js';
import { WeftError, hasCode } from '../runtime/common/errors/index.js';
import type { WeftHome } from '../runtime/common/home.js';
import { systemNetwork, type Listener, type Network } from '../runtime/common/http/network.js';
import { nodeId } from '../runtime/common/ids.js';
import type { Logger } from '../runtime/common/log/logger.js';
import type { RpcServer } from '../runtime/common/wire/server.js';
import { claimRole, removeRoleRecord, writeRoleRecord } from '../runtime/common/process/role-record.js';
import { ContainerManager } from './containers/container-manager.js';
import { EXIT_STATUS } from './containers/exit-reason.js';
import { ResourceManagerLink, type Registration } from './heartbeat/resourcemanager-link.js';
import { Launcher, type NodePlace } from './launcher/launcher.js';
import { blobsOf } from './localizer/fetch-blob.js';
import { FileCache } from './localizer/file-cache.js';
import { Localizer } from './localizer/localizer.js';
import { ContainerLogs } from './logs/container-logs.js';
import { MemoryMonitor } from './monitor/memory-monitor.js';
import { Housekeeping } from './housekeeping.js';
import { NodeFolders } from './node-folders.js';
import { ContainerStore } from './recovery/container-store.js';
import { NodeStore } from './recovery/node-store.js';
import { awaitResourceManagerAddress, nodeToken } from './resourcemanager-address.js';
import { registerContainerEndpoint } from './server/container-endpoint.js';
import { registerLivenessEndpoint } from './server/liveness-endpoint.js';
import { registerLogRoutes } from './server/log-routes.js';
import { speakXml } from '../runtime/common/http/xml-bodies.js';
import { registerNodeRoutes } from './server/node-routes.js';
import { answerErrors } from './server/rest-errors.js';
import type { NodeSettings } from './settings.js';

export interface NodeManagerOptions {
  readonly home: WeftHome;
  readonly index: number;
  readonly settings: NodeSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  /** Folder of Weft's role bundles, for `{{WEFT_DIST}}`. */
  readonly distDir: string;
  /** @default that of this machine */
  readonly network?: Network;
}

const MB = 1024 * 1024;
const RACK = '/default-rack';
/** Until a ResourceManager has told its own expiry interval. */
const DEFAULT_EXPIRY_MS = 20_000;
/** A process gives itself up a little before the ResourceManager gives its resources away. */
const LOSS_SHARE_OF_EXPIRY = 0.9;
/** Keys that connections are recognised by: the last few, because AppMasters live longer than a key. */
const KEYS_KEPT = 8;
/** Pause after a ResourceManager that has another cluster key. */
const REFUSED_RETRY_MS = 2000;

export class NodeManager {
  readonly containers: ContainerManager;
  private readonly folders: NodeFolders;
  private readonly nodeStore: NodeStore;
  private readonly monitor: MemoryMonitor;
  private readonly housekeeping: Housekeeping;
  private readonly logs: ContainerLogs;
  private readonly place: { -readonly [K in keyof NodePlace]: NodePlace[K] };
  private readonly finishedApplications = new Set<string>();
  private readonly timers: (() => void)[] = [];
  private readonly startedMs: number;
  private tokenKeys: readonly string[] = [];
  private server: Listener | undefined;
  private link: ResourceManagerLink | undefined;

  constructor(private readonly options: NodeManagerOptions) {
    const { clock, home, index, log, settings } = options;
    const { site } = settings;
    this.startedMs = clock.nowMs();
    const localDir = site.get(nodeManagerOptions.localDirs);
    const logDir = site.get(nodeManagerOptions.logDirs);
    const perNode = (dir: string | undefined): string | undefined => dir && `${dir}/nodemanager-${index}`;
    this.folders = new NodeFolders(home.nodeManagerDir(index), perNode(localDir), perNode(logDir));
    for (const folder of [this.folders.local, this.folders.logs]) mkdirSync(folder, { recursive: true });
    this.nodeStore = new NodeStore(this.folders.nodeRecord);
    this.tokenKeys = this.nodeStore.get()?.tokenKeys ?? [];
    this.logs = new ContainerLogs(this.folders);
    this.monitor = new MemoryMonitor({
      clock,
      intervalMs: site.get(nodeManagerOptions.monitorIntervalMs),
      enforce: site.get(nodeManagerOptions.memoryCheckEnabled),
      onExceeded: (containerId, description) => {
        this.containers.stopForMemory(containerId, description);
      },
    });
    const blobs = blobsOf(
      () => this.resourceManagerAddress(),
      () => this.nodeToken(),
    );
    const cache = new FileCache(this.folders.fileCache, blobs, site.get(nodeManagerOptions.cacheTargetSizeMb) * MB);
    this.place = {
      nodeManagerUrl: '',
      nodeHost: settings.host,
      nodeBinary: process.execPath,
      distDir: options.distDir,
      home: home.path,
    };
    const store = new ContainerStore(this.folders.containerRecords);
    this.containers = new ContainerManager({
      folders: this.folders,
      store,
      localizer: new Localizer(cache),
      launcher: new Launcher(this.folders, store, this.place, clock),
      monitor: this.monitor,
      clock,
      log,
      sigkillDelayMs: site.get(nodeManagerOptions.sigkillDelayMs),
      deleteDelayMs: site.get(nodeManagerOptions.deleteDelaySeconds) * 1000,
    });
    this.housekeeping = new Housekeeping({
      folders: this.folders,
      containers: this.containers,
      cache,
      site,
      clock,
      log,
    });
    this.containers.onChange(({ applicationId }) => {
      if (this.finishedApplications.has(applicationId)) this.cleanUpApplication(applicationId);
    });
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  /** Also its id: it stays the same over restarts, because the port does. */
  get nodeId(): string {
    return nodeId(this.options.settings.host, this.server?.port ?? 0);
  }

  /** Resolves when it serves; it registers as soon as a ResourceManager can be reached. @throws PORT_TAKEN, NODEMANAGER_RUNS_ALREADY */
  async start(): Promise<void> {
    const { home, index, log, settings } = this.options;
    const { startedMs } = this;
    const other = claimRole(home, this.recordName, { role: 'nodemanager', url: '', startedMs });
    if (other !== undefined) {
      const where = other.url === '' ? '' : ` at ${other.url}`;
      const message = `NodeManager ${index} of ${home.path} runs already: process ${other.pid}${where}.`;
      throw new WeftError('NODEMANAGER_RUNS_ALREADY', message);
    }
    for (const warning of settings.site.warnings) log.warn(warning);
    this.containers.recover();
    this.server = await this.serve();
    this.place.nodeManagerUrl = this.url;
    this.nodeStore.update({ host: settings.host, port: this.server.port });
    writeRoleRecord(home, this.recordName, {
      role: 'nodemanager',
      url: this.url,
      startedMs,
      nodeId: this.nodeId,
    });
    this.reconnect();
    this.monitor.start();
    this.housekeeping.start();
  }

  /** Ordered stop: its containers stop too, and the ResourceManager is told. */
  async stop(): Promise<void> {
    await this.containers.stopAll('The NodeManager was stopped.', EXIT_STATUS.aborted);
    await this.link?.stop();
    await this.detach();
    removeRoleRecord(this.options.home, this.recordName);
  }

  /** Ends this object but leaves its containers running, as a kill of the process would. */
  async detach(): Promise<void> {
    this.containers.release();
    for (const cancel of this.timers) cancel();
    this.housekeeping.stop();
    this.monitor.stop();
    this.link?.close();
    await this.server?.close();
  }

  private get recordName(): string {
    return `nodemanager-${this.options.index}`;
  }

  private resourceManagerAddress(): Promise<string> {
    const { clock, home, settings } = this.options;
    return awaitResourceManagerAddress(home, settings, clock);
  }

  private nodeToken(): string {
    return nodeToken(this.options.home, this.nodeId, this.options.clock);
  }

  private async serve(): Promise<Listener> {
    const { log, settings } = this.options;
    const earlier = this.nodeStore.get()?.port ?? 0;
    const listenOn = (port: number): Promise<Listener> =>
      this.network.listen({
        host: settings.bindHost,
        advertisedHost: settings.host,
        port,
        log,
        routes: (app) => {
          this.addRoutes(app);
        },
        endpoints: (rpc) => {
          this.addEndpoints(rpc);
        },
      });
    if (settings.port !== 0 || earlier === 0) return listenOn(settings.port);
    try {
      return await listenOn(earlier);
    } catch (error) {
      if (!hasCode(error, 'PORT_TAKEN')) throw error;
      log.warn({ port: earlier }, 'the earlier port is taken: this comes back as another node');
      return listenOn(0);
    }
  }

  private get network(): Network {
    return this.options.network ?? systemNetwork;
  }

  private addRoutes(app: FastifyInstance): void {
    const { settings, version } = this.options;
    const { containers, logs } = this;
    speakXml(app, '/ws/');
    answerErrors(app);
    registerNodeRoutes(app, {
      containers,
      logs,
      resource: settings.resource,
      version,
      startedMs: this.startedMs,
      memoryCheckEnabled: settings.site.get(nodeManagerOptions.memoryCheckEnabled),
      nodeId: () => this.nodeId,
      nodeHost: () => settings.host,
      httpAddress: () => this.url,
      health: () => this.housekeeping.health,
      healthCheckedMs: () => this.housekeeping.healthCheckedMs,
    });
    registerLogRoutes(app, { containers, logs, nodeId: () => this.nodeId });
  }

  private addEndpoints(rpc: RpcServer): void {
    const { clock, log } = this.options;
    const { containers } = this;
    registerContainerEndpoint(rpc, {
      containers,
      clock,
      log,
      tokenKeys: () => this.tokenKeys,
      knownKeys: () => this.nodeStore.get()?.tokenKeys ?? [],
      nodeId: () => this.nodeId,
    });
    registerLivenessEndpoint(rpc, {
      containers,
      clock,
      log,
      nodeLossTimeoutMs: () =>
        Math.round((this.nodeStore.get()?.expiryIntervalMs ?? DEFAULT_EXPIRY_MS) * LOSS_SHARE_OF_EXPIRY),
    });
  }

  private connect(): ResourceManagerLink {
    const { clock, log, settings, version } = this.options;
    return new ResourceManagerLink({
      address: () => this.resourceManagerAddress(),
      token: () => this.nodeToken(),
      node: {
        nodeId: this.nodeId,
        httpAddress: this.url,
        rack: RACK,
        resource: settings.resource,
        ...(settings.label === undefined ? {} : { label: settings.label }),
        version,
        pid: process.pid,
      },
      containers: this.containers,
      dial: this.network.dial,
      clock,
      log,
      usedMemoryMb: () => this.monitor.totalMb,
      health: () => this.housekeeping.health,
      onRegistered: (registration) => {
        this.registered(registration);
      },
      onTokenKeys: (keys) => {
        this.useTokenKeys(keys);
      },
      onApplicationFinished: (applicationId) => {
        this.applicationFinished(applicationId);
      },
      onRefused: (error) => {
        // Its containers are not to blame: they go on, and perhaps the address was another cluster's for a moment.
        log.error({ err: error }, 'the ResourceManager refused this node: it has another cluster key');
        this.timers.push(clock.after(REFUSED_RETRY_MS, () => this.reconnect()));
      },
    });
  }

  private reconnect(): void {
    this.link = this.connect();
    this.link.start();
  }

  private registered({ expiryIntervalMs, tokenKeys }: Registration): void {
    this.nodeStore.update({ expiryIntervalMs });
    this.useTokenKeys(tokenKeys);
  }

  private useTokenKeys(keys: readonly string[]): void {
    this.tokenKeys = keys;
    const known = [...new Set([...keys, ...(this.nodeStore.get()?.tokenKeys ?? [])])];
    this.nodeStore.update({ tokenKeys: known.slice(0, KEYS_KEPT) });
  }

  private applicationFinished(applicationId: string): void {
    this.finishedApplications.add(applicationId);
    for (const record of this.containers.list()) {
      if (record.applicationId !== applicationId) continue;
      this.containers.stop(record.containerId, 'The application has ended.', EXIT_STATUS.stoppedAfterApplication);
    }
    this.cleanUpApplication(applicationId);
  }

  /**
   * Once the last container of an application here has ended: removes its working folders, and what it kept for its next
   * attempt, which one that was killed had no time for itself.
   */
  private cleanUpApplication(applicationId: string): void {
    const records = this.containers.list().filter((record) => record.applicationId === applicationId);
    if (records.some((record) => record.state !== 'COMPLETE')) return;
    this.finishedApplications.delete(applicationId);
    const { clock, home, settings } = this.options;
    this.remove(join(home.highAvailabilityDir, applicationId));
    clock.after(settings.site.get(nodeManagerOptions.deleteDelaySeconds) * 1000, () => {
      this.remove(this.folders.applicationDir(applicationId));
    });
  }

  private remove(folder: string): void {
    rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
      this.options.log.warn({ err: error, folder }, 'a folder of an ended application could not be removed');
    });
  }
}
