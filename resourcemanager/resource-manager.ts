/** The ResourceManager put together: store, Scheduler, ApplicationsManager, nodes and server. */
import { join } from 'node:path';
import { BlobStore } from '../runtime/common/blobs/blob-store.js';
import type { Clock } from '../runtime/common/clock.js';
import { hasCode } from '../runtime/common/errors/index.js';
import { systemNetwork, type Listener, type Network } from '../runtime/common/http/network.js';
import type { Logger } from '../runtime/common/log/logger.js';
import { ApplicationRegistry } from './apps/application-registry.js';
import { ApplicationsManager } from './apps/applications-manager.js';
import { AppMasterService } from './apps/appmaster-service.js';
import { ContainerLedger } from './apps/container-ledger.js';
import { NodeEvents } from './apps/node-events.js';
import { livenessCheckIntervalMs, type ListenAddress, type ResourceManagerSettings } from './config/settings.js';
import { NodeLabels } from './nodes/node-labels.js';
import { NodeRegistry } from './nodes/node-registry.js';
import { createScheduler, type PolicyFiles, type SchedulerEvent } from './scheduler/index.js';
import { AccessControl } from './security/access-control.js';
import { UserGroups } from './security/user-groups.js';
import { TokenService } from './security/token-service.js';
import { registerEndpoints, type EndpointOptions } from './server/endpoints.js';
import { configureRoutes } from './server/index.js';
import { RefusalCounts } from './server/refusal-counts.js';
import type { ClusterView } from './server/cluster-view.js';
import { ClusterIdentity } from './store/cluster-identity.js';
import { watchAllocations } from './config/allocation-watch.js';
import { StateStore } from './store/state-store.js';

export interface ResourceManagerOptions {
  clock: Clock;
  log: Logger;
  settings: ResourceManagerSettings;
  /** Folder of the store and of uploaded files. */
  folder: string;
  /** What NodeManagers sign their tokens with, the current key first; asked anew at each check. */
  clusterKeys: () => readonly string[];
  listen: ListenAddress;
  /** @default that of this machine */
  network?: Network;
  /** Folder of the built pages; may be missing. */
  pagesFolder: string;
  version: string;
  /** Reads the files that say how resources are shared: at the start and at each refresh. */
  policies: () => PolicyFiles;
  /** The store failed under way: the process must end, and start again from what was written. */
  onStoreBroken: (error: Error) => void;
}

/** Largest file that can be uploaded: a bundle with its native packages and data. */
const MAX_UPLOAD_BYTES = 2 ** 30;
/** Time between two looks at what is to be preempted; the policies have longer intervals of their own. */
const SCHEDULER_TICK_MS = 500;
/** Time between two looks at whether the keys of tokens are due to roll. */
const KEY_CHECK_MS = 1000;

export class ResourceManager {
  readonly view: ClusterView;
  private server: Listener | undefined;
  private readonly stops: (() => void)[] = [];

  private constructor(
    private readonly options: ResourceManagerOptions,
    private readonly store: StateStore,
  ) {
    const { clock, log, settings, clusterKeys } = options;
    const identity = ClusterIdentity.resume(store, clock.nowMs());
    const tokens = new TokenService(store, clusterKeys, settings.keyRolls, clock.nowMs());
    const scheduler = createScheduler(
      settings.schedulerClass,
      {
        minimum: settings.minimumAllocation,
        maximumMemoryMb: settings.maximumMemoryMb,
        maximumVcores: settings.maximumVcores,
        epoch: identity.epoch,
      },
      settings.schedulerClassOrigin,
      options.policies(),
    );
    for (const warning of scheduler.warnings) log.warn(warning);
    const schedule = (event: SchedulerEvent): void => {
      for (const decision of scheduler.apply(event, clock.nowMs())) manager.containers.carryOut(decision);
    };
    const applications = new ApplicationRegistry(store);
    const ledger = new ContainerLedger(store);
    const blobs = new BlobStore(join(options.folder, 'blobs'));
    const labels = new NodeLabels({
      mode: settings.nodeLabels,
      store,
      schedule,
      queuesWith: (label) =>
        scheduler.queues.filter((queue) => Number(scheduler.queueFacts(queue, label)?.['absoluteCapacity'] ?? 0) > 0),
      onChange: () => {
        nodes.relabelled();
      },
    });
    const nodes: NodeRegistry = new NodeRegistry({ clock, log, settings, store, tokens, labels, schedule });
    const refusals = new RefusalCounts();
    const groups = new UserGroups(clock, settings.staticGroups, settings.groupsCacheMs);
    const url = (): string => this.url;
    const shared = {
      ...{ clock, log, settings, store, tokens, applications, ledger },
      ...{ nodes, labels, blobs, scheduler, schedule, url },
    };
    const manager = new ApplicationsManager(shared);
    const appMasters = new AppMasterService({ ...shared, manager });
    nodes.listen(new NodeEvents(applications, ledger, manager));
    this.view = {
      ...{ clock, identity, store, scheduler, applications, nodes, labels, manager, blobs, url },
      resourceTypes: settings.resourceTypes,
      refusals,
      access: new AccessControl(groups, scheduler, settings.administrators),
      refreshQueues: () => {
        scheduler.refresh(options.policies());
      },
      containers: ledger,
      startedMs: clock.nowMs(),
      version: options.version,
    };
    this.recover();
    this.endpoints = { clock, log, settings, tokens, nodes, appMasters, refusals };
    this.stops.push(
      clock.every(SCHEDULER_TICK_MS, () => {
        schedule({ type: 'tick' });
      }),
      watchAllocations(clock, log, scheduler, options.policies),
    );
    this.watch(() => {
      if (tokens.tick(clock.nowMs())) nodes.announceTokenKeys();
    });
  }

  private readonly endpoints: EndpointOptions;

  /**
   * Opens the store, takes up what it holds, and listens.
   * @throws RM_STORE_UNUSABLE, RM_UNKNOWN_SCHEDULER, PORT_TAKEN
   */
  static async start(options: ResourceManagerOptions): Promise<ResourceManager> {
    const store = StateStore.open(join(options.folder, 'state.db'), options.onStoreBroken);
    try {
      const resourceManager = new ResourceManager(options, store);
      await resourceManager.listen();
      return resourceManager;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** `http://host:port`, once listening. */
  get url(): string {
    return this.server?.url ?? '';
  }

  get port(): number {
    return this.server?.port ?? 0;
  }

  /** Stops in order; applications go on, and are taken up at the next start. */
  async stop(): Promise<void> {
    for (const stop of this.stops) stop();
    await this.server?.close();
    this.store.close();
  }

  private recover(): void {
    const { applications, containers, nodes, labels, manager, identity } = this.view;
    const state = this.store.load();
    this.store.transaction(() => {
      applications.restore(state);
      containers.restore(state.containers);
      labels.restore();
      nodes.restore(state.nodes);
      manager.recover();
    });
    const { log } = this.options;
    log.info({ applications: state.applications.length, epoch: identity.epoch }, 'store read');
  }

  private async listen(): Promise<void> {
    const { port } = this.options.listen;
    const { identity } = this.view;
    const previous = identity.port;
    if (port !== undefined || previous === undefined) this.server = await this.listenOn(port ?? 0);
    else {
      this.server = await this.listenOn(previous).catch((error: unknown) => {
        if (!hasCode(error, 'PORT_TAKEN')) throw error;
        return this.listenOn(0);
      });
    }
    identity.rememberPort(this.server.port);
  }

  private listenOn(port: number): Promise<Listener> {
    const { log, pagesFolder, network = systemNetwork, listen } = this.options;
    return network.listen({
      host: listen.bindHost,
      advertisedHost: listen.advertisedHost,
      port,
      log,
      bodyLimitBytes: MAX_UPLOAD_BYTES,
      routes: (app) => configureRoutes(app, this.view, log, pagesFolder),
      endpoints: (rpc) => {
        registerEndpoints(rpc, this.endpoints);
      },
    });
  }

  private watch(rollKeys: () => void): void {
    const { clock, settings } = this.options;
    this.stops.push(
      clock.every(livenessCheckIntervalMs(settings), () => {
        this.view.nodes.tick(clock.nowMs());
        this.view.manager.tick(clock.nowMs());
      }),
      clock.every(KEY_CHECK_MS, rollKeys),
    );
  }
}
