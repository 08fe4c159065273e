/** One NodeManager: puts its parts together, brings them up in the order that recovery needs, and takes them down again. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../runtime/common/clock.js';
import { nodeManagerOptions } from '../runtime/common/config/options/node-manager.js';
import { schedulerOptions } from '../runtime/common/config/options/yarn-site.js';
import { hasCode } from '../runtime/common/errors/index.js';
import type { WeftHome } from '../runtime/common/home.js';
import type { Listener } from '../runtime/common/http/network.js';
import { nodeId } from '../runtime/common/ids.js';
import type { Logger } from '../runtime/common/log/logger.js';
import { readClusterKeys } from '../runtime/common/security/cluster-keys.js';
import { Refusals } from '../runtime/common/security/refusals.js';
import { EXIT_STATUS } from '../runtime/common/wire/protocols/exit-reason.js';
import type { RpcServer } from '../runtime/common/wire/server.js';
import { ContainerManager } from './containers/container-manager.js';
import { stoppedBy } from './containers/exit-reason.js';
import { ResourceManagerLink, type Registration } from './heartbeat/resourcemanager-link.js';
import type { Housekeeping } from './housekeeping.js';
import { LocalMachine, type NodeMachine } from './machine.js';
import { registerContainerEndpoint } from './server/container-endpoint.js';
import { registerLivenessEndpoint } from './server/liveness-endpoint.js';
import { registerLogRoutes } from './server/log-routes.js';
import { speakXml } from '../runtime/common/http/xml-bodies.js';
import { authenticateClients, type ClientAuthentication } from './server/authentication.js';
import { metricsRoutes } from './server/metrics-routes.js';
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
  /** @default the one that this process runs on */
  readonly machine?: NodeMachine;
}

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
  private readonly machine: NodeMachine;
  private readonly housekeeping: Pick<Housekeeping, keyof Housekeeping>;
  private readonly finishedApplications = new Set<string>();
  private readonly timers: (() => void)[] = [];
  private readonly startedMs: number;
  private readonly refusals: Refusals;
  private tokenKeys: readonly string[] = [];
  private server: Listener | undefined;
  private link: ResourceManagerLink | undefined;

  constructor(private readonly options: NodeManagerOptions) {
    const { clock, log, settings } = options;
    const { site } = settings;
    this.startedMs = clock.nowMs();
    this.refusals = new Refusals(clock, log);
    const onExceeded = (containerId: string): void => {
      this.containers.stopForMemory(containerId);
    };
    this.machine = options.machine ?? new LocalMachine(options, onExceeded);
    const { store, localizer, launcher, monitor, nodeStore } = this.machine;
    this.tokenKeys = nodeStore.get()?.tokenKeys ?? [];
    this.containers = new ContainerManager({
      ...{ store, localizer, launcher, monitor, clock, log },
      sigkillDelayMs: site.get(nodeManagerOptions.sigkillDelayMs),
      deleteDelayMs: site.get(nodeManagerOptions.deleteDelaySeconds) * 1000,
    });
    this.housekeeping = this.machine.housekeeping(this.containers);
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
    const { log, settings } = this.options;
    const { machine, startedMs } = this;
    machine.claim(startedMs);
    for (const warning of settings.site.warnings) log.warn(warning);
    this.containers.recover();
    this.server = await this.serve();
    machine.nodeStore.update({ host: settings.host, port: this.server.port });
    machine.servesAt(this.url, this.nodeId, startedMs);
    this.reconnect();
    machine.monitor.start();
    this.housekeeping.start();
  }

  /** Ordered stop: its containers stop too, and the ResourceManager is told. */
  async stop(): Promise<void> {
    await this.containers.stopAll('The NodeManager was stopped.');
    await this.link?.stop();
    await this.detach();
    this.machine.withdraw();
  }

  /** Ends this object but leaves its containers running, as a kill of the process would. */
  async detach(): Promise<void> {
    this.containers.release();
    for (const cancel of this.timers) cancel();
    this.housekeeping.stop();
    this.machine.monitor.stop();
    this.link?.close();
    await this.server?.close();
  }

  private async serve(): Promise<Listener> {
    const { log, settings } = this.options;
    const earlier = this.machine.nodeStore.get()?.port ?? 0;
    const listenOn = (port: number): Promise<Listener> =>
      this.machine.network.listen({
        host: settings.bindHost,
        advertisedHost: settings.host,
        port,
        log,
        refusals: this.refusals,
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

  private addRoutes(app: FastifyInstance): void {
    const { settings, version } = this.options;
    const { containers } = this;
    const { logs } = this.machine;
    speakXml(app, '/ws/');
    answerErrors(app, this.refusals.count);
    if (this.options.settings.authentication === 'token') authenticateClients(app, this.clients());
    metricsRoutes(app, this.refusals);
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

  private clients(): ClientAuthentication {
    const { clock, home, settings } = this.options;
    const { site } = settings;
    return {
      ...{ clock, refusals: this.refusals },
      clusterKeys: () => readClusterKeys(home.clusterKeyFile),
      administrators: site.get(schedulerOptions.aclEnabled) ? site.get(schedulerOptions.adminAcl) : undefined,
      ownerOf: (id) =>
        this.containers.list().find(({ containerId, applicationId }) => containerId === id || applicationId === id)
          ?.user,
    };
  }

  private addEndpoints(rpc: RpcServer): void {
    const { clock, log } = this.options;
    const { containers } = this;
    registerContainerEndpoint(rpc, {
      containers,
      clock,
      log,
      tokenKeys: () => this.tokenKeys,
      knownKeys: () => this.machine.nodeStore.get()?.tokenKeys ?? [],
      nodeId: () => this.nodeId,
    });
    registerLivenessEndpoint(rpc, {
      containers,
      clock,
      log,
      nodeLossTimeoutMs: () =>
        Math.round((this.machine.nodeStore.get()?.expiryIntervalMs ?? DEFAULT_EXPIRY_MS) * LOSS_SHARE_OF_EXPIRY),
    });
  }

  private connect(): ResourceManagerLink {
    const { clock, log, settings, version } = this.options;
    return new ResourceManagerLink({
      address: () => this.machine.resourceManagerAddress(),
      token: () => this.machine.nodeToken(this.nodeId),
      node: {
        nodeId: this.nodeId,
        httpAddress: this.url,
        resource: settings.resource,
        ...(settings.label === undefined ? {} : { label: settings.label }),
        version,
        pid: process.pid,
      },
      containers: this.containers,
      dial: this.machine.network.dial,
      clock,
      log,
      usedMemoryMb: () => this.machine.monitor.totalMb,
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
    this.machine.nodeStore.update({ expiryIntervalMs });
    this.useTokenKeys(tokenKeys);
  }

  private useTokenKeys(keys: readonly string[]): void {
    this.tokenKeys = keys;
    const { nodeStore } = this.machine;
    const known = [...new Set([...keys, ...(nodeStore.get()?.tokenKeys ?? [])])];
    nodeStore.update({ tokenKeys: known.slice(0, KEYS_KEPT) });
  }

  private applicationFinished(applicationId: string): void {
    this.finishedApplications.add(applicationId);
    for (const record of this.containers.list()) {
      if (record.applicationId !== applicationId) continue;
      const reason = 'The application has ended.';
      const exit = stoppedBy('resourcemanager', EXIT_STATUS.stoppedAfterApplication, reason);
      this.containers.stop(record.containerId, exit);
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
    const { clock, log, settings } = this.options;
    const failed = (error: unknown): void => {
      log.warn({ err: error, applicationId }, 'a folder of an ended application could not be removed');
    };
    this.machine.removeKeptState(applicationId).catch(failed);
    this.machine.archiveLogs(applicationId).catch((error: unknown) => {
      log.warn({ err: error, applicationId }, 'logs could not be gathered; they stay on this node for a while');
    });
    clock.after(settings.site.get(nodeManagerOptions.deleteDelaySeconds) * 1000, () => {
      this.machine.removeApplicationDir(applicationId).catch(failed);
    });
  }
}
