/**
 * A ResourceManager: one process with one port, which leads or stands by. While it leads, ActiveServices run over the store
 * of its term and answer; while it does not, it answers where the leader is. Who leads, the lease says.
 */
import { join } from 'node:path';
import { BlobStore } from '../runtime/common/blobs/blob-store.js';
import type { Clock } from '../runtime/common/clock.js';
import { hasCode, WeftError } from '../runtime/common/errors/index.js';
import { readJson, writeJsonAtomically } from '../runtime/common/home.js';
import { systemNetwork, type Front, type FrontedListener, type Network } from '../runtime/common/http/network.js';
import type { Logger } from '../runtime/common/log/logger.js';
import { authenticationOf } from '../runtime/common/security/authentication.js';
import { Refusals } from '../runtime/common/security/refusals.js';
import { ActiveServices } from './active-services.js';
import type { ListenAddress, ResourceManagerSettings } from './config/settings.js';
import type { Election } from './ha/election.js';
import type { Leader, LeaseListener, Term } from './ha/leader-lease.js';
import type { HostLists } from './nodes/host-lists.js';
import type { RackMapping } from './nodes/racks.js';
import type { PolicyFiles } from './scheduler/index.js';
import { Administrators } from './security/administrators.js';
import { UserGroups } from './security/user-groups.js';
import { registerEndpoints } from './server/endpoints.js';
import type { HaView } from './server/ha-routes.js';
import { configureRoutes, configureStandby } from './server/index.js';
import type { ClusterView } from './server/cluster-view.js';
import { StateStore } from './store/state-store.js';

export interface ResourceManagerOptions {
  clock: Clock;
  log: Logger;
  settings: ResourceManagerSettings;
  /** Of this one among those of the cluster; empty where there is one. */
  id: string;
  /** Folder of what this process remembers. */
  folder: string;
  /** Folder of uploaded files. @default below `folder` */
  stagingFolder?: string | undefined;
  /** Whether it takes over by itself. @default true */
  automaticFailover?: boolean;
  /** Of all ResourceManagers of the cluster, separated by commas; undefined where there is this one only. */
  addresses?: string | undefined;
  /** Who leads, and where the state of a term lies. @param self id and address of this process */
  election: (self: () => Leader) => Election;
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
  /** Reads which hosts may be part of the cluster: at the start and at each refresh. @default all may */
  hosts?: () => HostLists;
  /** Reads what says in which rack a host is: at the start and at each refresh. @default all are in one */
  racks?: () => RackMapping;
  /** The store of the only ResourceManager failed: the process must end, and start again from what was written. */
  onStoreBroken: (error: Error) => void;
}

/** Largest file that can be uploaded: a bundle with its native packages and data. */
const MAX_UPLOAD_BYTES = 2 ** 30;
/** One that could not take over leaves it to the others for so long. */
const PAUSE_AFTER_FAILURE_MS = 5000;

interface Lead {
  readonly term: Term;
  readonly services: ActiveServices;
  readonly store: StateStore;
  readonly front: Front;
}

export class ResourceManager implements LeaseListener {
  private readonly election: Election;
  private readonly blobs: BlobStore;
  private readonly groups: UserGroups;
  private readonly administrators: Administrators;
  private readonly startedMs: number;
  private standby: Front | undefined;
  /** Won and not lost since; what follows from it may still be under way. */
  private term: Term | undefined;
  private lead: Lead | undefined;
  private leader: Leader | undefined;
  private transitions: Promise<void> = Promise.resolve();
  /** Until it has started, what fails is the caller's. */
  private startFailure: Error | undefined;
  private isStarted = false;

  private constructor(
    private readonly options: ResourceManagerOptions,
    private readonly server: FrontedListener,
    private readonly refusals: Refusals,
  ) {
    this.election = options.election(() => ({ id: options.id, address: server.url }));
    this.blobs = new BlobStore(options.stagingFolder ?? join(options.folder, 'blobs'));
    this.startedMs = options.clock.nowMs();
    const { staticGroups, groupsCacheMs, administrators } = options.settings;
    this.groups = new UserGroups(options.clock, staticGroups, groupsCacheMs);
    this.administrators = new Administrators(this.groups, administrators);
  }

  /**
   * Listens, takes part in the election, and leads if it wins at once.
   * @throws RM_STORE_UNUSABLE, RM_UNKNOWN_SCHEDULER, PORT_TAKEN, AUTH_REQUIRED
   */
  static async start(options: ResourceManagerOptions): Promise<ResourceManager> {
    // Before anything listens.
    authenticationOf(options.settings.authentication, options.listen.bindHost);
    const refusals = new Refusals(options.clock, options.log);
    const resourceManager = new ResourceManager(options, await listen(options, refusals), refusals);
    try {
      await resourceManager.begin();
      return resourceManager;
    } catch (error) {
      await resourceManager.stop();
      throw error;
    }
  }

  /** `http://host:port` */
  get url(): string {
    return this.server.url;
  }

  get port(): number {
    return this.server.port;
  }

  get isLeading(): boolean {
    return this.lead !== undefined && this.election.lease.isHeld();
  }

  /** What the leader works with. @throws RM_NOT_ACTIVE */
  get view(): ClusterView {
    if (this.lead === undefined) throw notActive('it stands by');
    return this.lead.services.view;
  }

  /** Stops in order; applications go on, and are taken up at the next start, or by another ResourceManager. */
  async stop(): Promise<void> {
    const { lead } = this;
    // Of what it has told, all is durable.
    await lead?.store.durable();
    await this.election.lease.stop();
    this.end('it is stopped');
    await this.transitions;
    await this.server.close();
    this.standby?.close();
  }

  won(term: Term): void {
    this.term = term;
    this.follow(() => this.takeOver(term));
  }

  lost(reason: string): void {
    this.options.log.warn({ reason }, 'this ResourceManager leads no longer');
    this.end(reason);
  }

  leaderChanged(leader: Leader | undefined): void {
    this.leader = leader;
  }

  private async begin(): Promise<void> {
    const { log } = this.options;
    this.standby = await this.server.prepare({
      routes: (app) => {
        configureStandby(app, { ...this.identity(), leader: () => this.leader, ha: this.haView() }, log);
      },
      endpoints: () => undefined,
    });
    this.server.show(this.standby);
    await this.election.lease.start(this);
    await this.transitions;
    if (this.startFailure !== undefined) throw this.startFailure;
    this.isStarted = true;
  }

  private async takeOver(term: Term): Promise<void> {
    const { clock, log, pagesFolder } = this.options;
    const startedMs = clock.monotonicMs();
    const engine = await this.election.openEngine(term);
    const { store, state } = await StateStore.over(engine, {
      isLeading: () => this.election.lease.isHeld(),
      onBroken: (error) => {
        this.storeBroken(term, error);
      },
    });
    const services = new ActiveServices({
      ...{ ...this.options, ...this.identity(), blobs: this.blobs, store, state },
      addresses: this.options.addresses,
    });
    const front = await this.server.prepare({
      routes: (app) => configureRoutes(app, services.view, this.haView(), log, pagesFolder),
      endpoints: (rpc) => {
        registerEndpoints(rpc, services.endpoints);
      },
    });
    const lead = { term, services, store, front };
    await store.durable();
    if (this.term !== term) {
      retire(lead, notActive('its term was over before it began'));
      return;
    }
    this.lead = lead;
    this.server.show(front);
    const tookMs = Math.round(clock.monotonicMs() - startedMs);
    log.info({ epoch: services.view.identity.epoch, tookMs }, 'this ResourceManager leads');
  }

  /** At once: nothing of its term may be said or done any more. */
  private end(reason: string): void {
    this.term = undefined;
    const { lead, standby } = this;
    this.lead = undefined;
    if (lead === undefined) return;
    if (standby !== undefined) this.server.show(standby);
    retire(lead, notActive(reason));
  }

  private storeBroken(term: Term, error: Error): void {
    if (this.term !== term) return;
    if (term.epoch === undefined) {
      this.options.onStoreBroken(error);
      return;
    }
    this.lost(error.message);
    // Memory is ahead of the store: whoever leads next reads it, and that may be this one.
    this.release(hasCode(error, 'RM_FENCED') ? 0 : PAUSE_AFTER_FAILURE_MS);
  }

  private release(pauseMs: number): void {
    this.election.lease.release(pauseMs).catch((error: unknown) => {
      this.options.log.warn({ err: error }, 'the lease could not be let go; it runs out by itself');
    });
  }

  private follow(transition: () => Promise<void>): void {
    this.transitions = this.transitions.then(transition).catch((error: unknown) => {
      if (!this.isStarted) this.startFailure = error as Error;
      else this.options.log.error({ err: error }, 'this ResourceManager could not take over');
      this.term = undefined;
      this.release(PAUSE_AFTER_FAILURE_MS);
    });
  }

  private haView(): HaView {
    const { id, automaticFailover = true } = this.options;
    return {
      ...{ id, automaticFailover, administrators: this.administrators },
      isLeading: () => this.isLeading,
      transition: (to) => this.transition(to),
    };
  }

  private async transition(to: 'active' | 'standby'): Promise<void> {
    const { lease } = this.election;
    const { automaticFailover = true } = this.options;
    if (to === 'active') await lease.rejoin();
    // By hand it stays so; else the others have a while to take over.
    else await lease.release(automaticFailover ? PAUSE_AFTER_FAILURE_MS : Infinity);
    await this.transitions;
    if (this.isLeading === (to === 'active')) return;
    const { id, address } = this.leader ?? { id: 'another ResourceManager', address: 'unknown' };
    throw new WeftError('RM_TRANSITION_REFUSED', `The HA state is not changed: ${id} (${address}) leads.`);
  }

  private identity() {
    const { clock, version } = this.options;
    const authentication = authenticationOf(this.options.settings.authentication, this.options.listen.bindHost);
    const { groups, administrators, refusals, startedMs } = this;
    return { clock, version, authentication, groups, administrators, refusals, startedMs, url: () => this.url };
  }
}

function retire({ services, store, front }: Lead, reason: Error): void {
  services.stop();
  store.break(reason);
  front.close();
  store.close();
}

function notActive(reason: string): WeftError {
  return new WeftError('RM_NOT_ACTIVE', `This ResourceManager does not lead: ${reason}.`);
}

/** On the port of the last run unless told otherwise, so that nobody has to search for a restarted ResourceManager. */
async function listen(options: ResourceManagerOptions, refusals: Refusals): Promise<FrontedListener> {
  const { folder, id, log, network = systemNetwork } = options;
  const { port, bindHost: host, advertisedHost } = options.listen;
  const memory = join(folder, id === '' ? 'port.json' : `port-${id}.json`);
  const on = (candidate: number): Promise<FrontedListener> =>
    network.front({ host, advertisedHost, port: candidate, log, refusals, bodyLimitBytes: MAX_UPLOAD_BYTES });
  const previous = port === undefined ? readJson<{ port: number }>(memory)?.port : undefined;
  const server = await on(port ?? previous ?? 0).catch((error: unknown) => {
    if (previous === undefined || !hasCode(error, 'PORT_TAKEN')) throw error;
    return on(0);
  });
  if (port === undefined) writeJsonAtomically(memory, { port: server.port });
  return server;
}
