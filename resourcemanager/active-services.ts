/**
 * What only the leader runs: Scheduler, ApplicationsManager, nodes and tokens over the store of its term. Made from what is
 * stored when the term begins, and thrown away when it ends.
 */
import type { BlobStore } from '../runtime/common/blobs/blob-store.js';
import type { Clock } from '../runtime/common/clock.js';
import type { Logger } from '../runtime/common/log/logger.js';
import type { Authentication } from '../runtime/common/security/authentication.js';
import type { Refusals } from '../runtime/common/security/refusals.js';
import { ApplicationRegistry } from './apps/application-registry.js';
import { ApplicationsManager } from './apps/applications-manager.js';
import { AppMasterService } from './apps/appmaster-service.js';
import { ContainerLedger } from './apps/container-ledger.js';
import { NodeEvents } from './apps/node-events.js';
import { watchAllocations } from './config/allocation-watch.js';
import { livenessCheckIntervalMs, type ResourceManagerSettings } from './config/settings.js';
import { Decommissioning } from './nodes/decommissioning.js';
import { NO_HOST_LISTS, type HostLists } from './nodes/host-lists.js';
import { NodeLabels } from './nodes/node-labels.js';
import { NodeRegistry } from './nodes/node-registry.js';
import { ONE_RACK, Racks, type RackMapping } from './nodes/racks.js';
import { createScheduler, type PolicyFiles, type Scheduler, type SchedulerEvent } from './scheduler/index.js';
import { AccessControl } from './security/access-control.js';
import { TokenService } from './security/token-service.js';
import type { Administrators } from './security/administrators.js';
import type { UserGroups } from './security/user-groups.js';
import type { ClusterView } from './server/cluster-view.js';
import type { EndpointOptions } from './server/endpoints.js';
import { ClusterIdentity } from './store/cluster-identity.js';
import type { StateStore } from './store/state-store.js';
import type { StoredState } from './store/store-engine.js';

export interface ActiveServicesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: ResourceManagerSettings;
  /** What NodeManagers sign their tokens with, the current key first; asked anew at each check. */
  readonly clusterKeys: () => readonly string[];
  /** Of Weft. */
  readonly version: string;
  /** Reads the files that say how resources are shared: at the start and at each refresh. */
  readonly policies: () => PolicyFiles;
  /** Reads which hosts may be part of the cluster: at the start and at each refresh. @default all may */
  readonly hosts?: (() => HostLists) | undefined;
  /** Reads what says in which rack a host is: at the start and at each refresh. @default all are in one */
  readonly racks?: (() => RackMapping) | undefined;
  /** Uploaded files. */
  readonly blobs: BlobStore;
  readonly refusals: Refusals;
  readonly authentication: Authentication;
  readonly groups: UserGroups;
  readonly administrators: Administrators;
  /** When this process started, epoch milliseconds. */
  readonly startedMs: number;
  /** `http://host:port` of this server. */
  readonly url: () => string;
  /** Of all ResourceManagers of the cluster, separated by commas; undefined where there is this one only. */
  readonly addresses: string | undefined;
  readonly store: StateStore;
  /** What the store holds. */
  readonly state: StoredState;
}

/** Time between two looks at what is to be preempted; the policies have longer intervals of their own. */
const SCHEDULER_TICK_MS = 500;
/** Time between two looks at whether the keys of tokens are due to roll. */
const KEY_CHECK_MS = 1000;

export class ActiveServices {
  readonly view: ClusterView;
  readonly endpoints: EndpointOptions;
  private readonly stops: (() => void)[] = [];

  /** @throws RM_UNKNOWN_SCHEDULER, RM_BAD_QUEUES */
  constructor(private readonly options: ActiveServicesOptions) {
    const { clock, log, settings, store, blobs, refusals, url } = options;
    const identity = ClusterIdentity.resume(store, clock.nowMs());
    const tokens = new TokenService(store, options.clusterKeys, settings.keyRolls, clock.nowMs());
    const scheduler = this.createScheduler(identity);
    const schedule = (event: SchedulerEvent): void => {
      for (const decision of scheduler.apply(event, clock.nowMs())) manager.containers.carryOut(decision);
    };
    const applications = new ApplicationRegistry(store);
    const ledger = new ContainerLedger(store);
    const labels = this.createLabels(scheduler, schedule, () => {
      nodes.relabelled();
    });
    const leader = { cluster: identity.clusterTimestampMs, epoch: identity.epoch };
    const decommissioning = new Decommissioning(store, options.hosts ?? (() => NO_HOST_LISTS));
    const racks = new Racks(log, options.racks ?? (() => ONE_RACK));
    const nodes: NodeRegistry = new NodeRegistry({
      ...{ clock, log, leader, settings, store, tokens, labels, decommissioning, schedule },
    });
    const shared = {
      ...{ clock, log, settings, store, tokens, applications, ledger },
      ...{ nodes, labels, blobs, scheduler, schedule },
      addresses: () => options.addresses ?? url(),
      authentication: options.authentication,
    };
    const manager = new ApplicationsManager(shared);
    const appMasters = new AppMasterService({ ...shared, leader, manager });
    nodes.listen(new NodeEvents(applications, ledger, manager));
    this.view = {
      ...{ clock, identity, store, scheduler, applications, nodes, racks, labels, decommissioning },
      ...{ manager, blobs, url, refusals, tokens },
      authentication: options.authentication,
      resourceTypes: settings.resourceTypes,
      access: new AccessControl(options.groups, scheduler, options.administrators),
      refreshQueues: () => {
        scheduler.refresh(options.policies());
      },
      decommissionTimeoutMs: settings.decommissionTimeoutMs,
      containers: ledger,
      startedMs: options.startedMs,
      version: options.version,
    };
    this.endpoints = { clock, log, settings, store, tokens, nodes, racks, appMasters };
    this.recover(options.state);
    this.stops.push(
      clock.every(SCHEDULER_TICK_MS, () => {
        schedule({ type: 'tick' });
      }),
      watchAllocations(clock, log, scheduler, options.policies),
      clock.every(livenessCheckIntervalMs(settings), () => {
        nodes.tick(clock.nowMs());
        manager.tick(clock.nowMs());
      }),
      clock.every(KEY_CHECK_MS, () => {
        if (!tokens.tick(clock.nowMs())) return;
        store.afterCommit(() => {
          nodes.announceTokenKeys();
        });
      }),
    );
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    for (const stop of this.stops) stop();
  }

  private createScheduler(identity: ClusterIdentity): Scheduler {
    const { settings, policies, log } = this.options;
    const scheduler = createScheduler(
      settings.schedulerClass,
      {
        minimum: settings.minimumAllocation,
        maximumMemoryMb: settings.maximumMemoryMb,
        maximumVcores: settings.maximumVcores,
        epoch: identity.epoch,
      },
      settings.schedulerClassOrigin,
      policies(),
    );
    for (const warning of scheduler.warnings) log.warn(warning);
    return scheduler;
  }

  private createLabels(
    scheduler: Scheduler,
    schedule: (event: SchedulerEvent) => void,
    onChange: () => void,
  ): NodeLabels {
    const { settings, store } = this.options;
    return new NodeLabels({
      ...{ mode: settings.nodeLabels, store, schedule, onChange },
      queuesWith: (label) =>
        scheduler.queues.filter((queue) => Number(scheduler.queueFacts(queue, label)?.['absoluteCapacity'] ?? 0) > 0),
    });
  }

  private recover(state: StoredState): void {
    const { applications, containers, decommissioning, nodes, labels, manager, identity, store } = this.view;
    store.transaction(() => {
      applications.restore(state);
      containers.restore(state.containers);
      labels.restore();
      decommissioning.restore();
      nodes.restore(state.nodes);
      manager.recover();
    });
    this.options.log.info({ applications: state.applications.length, epoch: identity.epoch }, 'store read');
  }
}
