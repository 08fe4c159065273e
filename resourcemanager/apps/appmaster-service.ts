/** What AppMasters say to the ResourceManager: register, ask, heartbeat, finish. */
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { chainEvent, type ChainEvent } from '../../runtime/common/events/chain-events.js';
import { applicationOfAttempt, type ApplicationAttemptId, type ContainerId } from '../../runtime/common/ids.js';
import type { Handlers, ParamsOf, ResultOf } from '../../runtime/common/wire/index.js';
import type { appMasterProtocol, LeaderEpoch } from '../../runtime/common/wire/protocols/index.js';
import type { ResourceManagerSettings } from '../config/settings.js';
import { NOTHING, type Scheduler, type SchedulerEvent } from '../scheduler/index.js';
import type { NodeLabels } from '../nodes/node-labels.js';
import type { TokenService } from '../security/token-service.js';
import type { StateStore } from '../store/state-store.js';
import { isEnded, moveApplication } from './application.js';
import { latestAttempt, type Application, type ApplicationRegistry } from './application-registry.js';
import type { ApplicationsManager } from './applications-manager.js';
import type { AppMasterPeer } from './appmaster-link.js';
import { checkAsks } from './ask-checks.js';
import { isOver, moveAttempt, type AttemptRecord } from './attempt.js';
import type { ContainerLedger } from './container-ledger.js';
import { released } from './exits.js';

type ServerMethods = typeof appMasterProtocol.server;
type Params<K extends keyof ServerMethods> = ParamsOf<ServerMethods, K>;
type Result<K extends keyof ServerMethods> = ResultOf<ServerMethods, K>;

export interface AppMasterServiceOptions {
  clock: Clock;
  /** Which one this ResourceManager is. */
  leader: LeaderEpoch;
  settings: ResourceManagerSettings;
  store: StateStore;
  applications: ApplicationRegistry;
  ledger: ContainerLedger;
  manager: ApplicationsManager;
  tokens: TokenService;
  scheduler: Scheduler;
  labels: NodeLabels;
  readonly schedule: (event: SchedulerEvent) => void;
}

export class AppMasterService {
  constructor(private readonly options: AppMasterServiceOptions) {}

  /** Refuses attempts that are over, so that a process that outlived its attempt stops. @throws AUTH_BAD_TOKEN */
  admit(attemptId: ApplicationAttemptId): void {
    const application = this.options.applications.get(applicationOfAttempt(attemptId));
    const attempt = application && latestAttempt(application);
    if (attempt?.id !== attemptId || isOver(attempt.state) || isEnded(application?.record.state ?? 'FAILED')) {
      throw new WeftError('AUTH_BAD_TOKEN', `${attemptId} is over.`, { subject: attemptId });
    }
  }

  handlersFor(peer: AppMasterPeer): Handlers<ServerMethods> {
    /** Messages of a process count only while its attempt is the current one, and it is the one that registered. */
    const registered = <P, R>(handle: (application: Application, attempt: AttemptRecord, params: P) => R) => {
      return (params: P): R => {
        const { application, attempt } = this.current(peer);
        if (!application.link.isAttached(peer)) {
          throw new WeftError('RM_NOT_REGISTERED', `${attempt.id} must register first.`, { subject: attempt.id });
        }
        this.heard(application);
        return this.options.store.transaction(() => handle(application, attempt, params));
      };
    };
    return {
      register: (params) => this.options.store.transaction(() => this.register(peer, params)),
      allocate: registered((application, _attempt, params: Params<'allocate'>) => this.allocate(application, params)),
      heartbeat: registered((application, attempt, params: Params<'heartbeat'>) => {
        application.record.progress = params.progress;
        this.keepEvents(application, params.events);
        this.noteFirstHeartbeat(application, attempt);
        return this.renewal(peer);
      }),
      trackingUrl: registered((_application, attempt, { trackingUrl }: Params<'trackingUrl'>) => {
        attempt.trackingUrl = trackingUrl;
        this.options.applications.saveAttempt(attempt);
        return {};
      }),
      finish: registered((application, attempt, params: Params<'finish'>) => this.finish(application, attempt, params)),
    };
  }

  /** The session is over; the AppMaster is waited for until it was silent for too long. */
  closed(peer: AppMasterPeer): void {
    this.options.applications.get(applicationOfAttempt(peer.identity.attemptId))?.link.detach(peer);
  }

  private register(peer: AppMasterPeer, params: Params<'register'>): Result<'register'> {
    const { applications, store, settings, scheduler, clock, manager } = this.options;
    const { application, attempt } = this.current(peer);
    const { record } = application;
    // It may be faster than the answer of its NodeManager that it runs.
    manager.attempts.appMasterStarted(application, attempt);
    const isFirst = attempt.state === 'LAUNCHED';
    if (attempt.state !== 'FINISHING') {
      moveAttempt(attempt, 'register');
      if (record.state !== 'KILLING') moveApplication(record, 'register');
      this.heard(application);
    }
    application.link.attach(peer);
    const { host, rpcPort, trackingUrl } = params;
    Object.assign(attempt, { host, rpcPort, trackingUrl });
    applications.saveAttempt(attempt);
    applications.save(application);
    if (isFirst) {
      const detail = { attemptId: attempt.id, host, port: rpcPort, appMasterPid: params.pid };
      store.appendEvent(chainEvent(3, 'resourcemanager', clock.nowMs(), record.id, detail));
    }
    return {
      maximumResource: scheduler.maximum(record.submission.queue) ?? NOTHING,
      minimumResource: scheduler.minimum,
      queue: record.submission.queue,
      leader: this.options.leader,
      heartbeatIntervalMs: settings.heartbeatIntervalMs,
      expiryIntervalMs: settings.appMasterExpiryIntervalMs,
      previousContainers: this.reconcile(application, attempt, new Set(params.containers)),
    };
  }

  /**
   * Brings an AppMaster up to date that may have missed something: running containers that it does not know are its
   * previous ones; unstarted ones are given to it again; those that it believes to have and that are over, have ended.
   */
  private reconcile(application: Application, attempt: AttemptRecord, held: ReadonlySet<string>) {
    const { ledger, manager, clock, store } = this.options;
    const { link, record } = application;
    const unknownToIt = ledger.ofApplication(record.id).filter(({ id, isAppMaster }) => !isAppMaster && !held.has(id));
    for (const container of unknownToIt) {
      if (container.state === 'RUNNING' || container.attemptId !== attempt.id) continue;
      link.allocate(manager.containers.describe(application, container));
      ledger.move(container, 'acquire');
    }
    for (const id of held) {
      if (ledger.get(id as ContainerId) !== undefined) continue;
      const diagnostics = 'It ended while its AppMaster was not connected to the ResourceManager.';
      link.complete({ containerId: id, exit: { kind: 'unknown', exitStatus: -1000, diagnostics } });
    }
    store.afterCommit(() => {
      // The answer goes out when this is durable; what is told after it waits for the next turn of the event loop.
      clock.after(0, () => {
        link.release();
      });
    });
    return unknownToIt
      .filter(({ state }) => state === 'RUNNING')
      .map((container) => manager.containers.describe(application, container));
  }

  private allocate(application: Application, params: Params<'allocate'>): Result<'allocate'> {
    const { scheduler, schedule, ledger, labels, manager, clock } = this.options;
    const { record } = application;
    const asks = checkAsks(record, params.asks, scheduler, this.options.settings.resourceTypes, labels);
    const { blacklistAdditions, blacklistRemovals } = params;
    for (const id of params.releases) {
      const container = ledger.get(id as ContainerId);
      if (container?.applicationId !== record.id || container.isAppMaster) continue;
      manager.containers.end(container, 'release', released('appmaster', 'The application gave it back.'));
    }
    schedule({ type: 'asked', applicationId: record.id, asks, blacklistAdditions, blacklistRemovals });
    const refusal = scheduler.refusal(record.id, clock.nowMs());
    return {
      ...(refusal === undefined ? {} : { pendingReason: refusal.message }),
      headroom: scheduler.headroom(record.id),
      nodes: scheduler.totals().nodes,
    };
  }

  private finish(application: Application, attempt: AttemptRecord, params: Params<'finish'>): Result<'finish'> {
    const { applications, manager, clock } = this.options;
    const { record } = application;
    this.keepEvents(application, params.events);
    if (record.state === 'KILLING') return {};
    moveAttempt(attempt, 'finish');
    moveApplication(record, 'finish');
    record.finalStatus = params.finalStatus;
    record.diagnostics = params.diagnostics;
    attempt.diagnostics = params.diagnostics;
    attempt.trackingUrl = params.trackingUrl;
    applications.saveAttempt(attempt);
    applications.save(application);
    manager.silences.awaitEnd(record.id, clock.nowMs());
    return {};
  }

  private keepEvents({ record }: Application, events: readonly ChainEvent[]): void {
    // An application writes into its own history only.
    for (const event of events) if (event.applicationId === record.id) this.options.store.appendEvent(event);
  }

  /** A new token for an AppMaster whose own grows old, as YARN hands them out. */
  private renewal({ identity }: AppMasterPeer): Result<'heartbeat'> {
    const { tokens, clock } = this.options;
    const nowMs = clock.nowMs();
    if (!tokens.isAgeing(identity.claims, nowMs)) return {};
    const attemptToken = tokens.attemptToken(identity.attemptId, nowMs);
    identity.claims = tokens.verifyAttempt(attemptToken, nowMs);
    return { attemptToken };
  }

  /** Step 10, once an attempt, also across a restart of this side. */
  private noteFirstHeartbeat({ record }: Application, attempt: AttemptRecord): void {
    const { store, clock, applications } = this.options;
    if (attempt.isHeard === true) return;
    attempt.isHeard = true;
    applications.saveAttempt(attempt);
    store.appendEvent(chainEvent(10, 'resourcemanager', clock.nowMs(), record.id, { attemptId: attempt.id }));
  }

  private heard({ record }: Application): void {
    if (record.state === 'RUNNING')
      this.options.manager.silences.appMasters.heard(record.id, this.options.clock.nowMs());
  }

  /** @throws RM_STALE_ATTEMPT */
  private current(peer: AppMasterPeer): { application: Application; attempt: AttemptRecord } {
    const { attemptId } = peer.identity;
    const application = this.options.applications.get(applicationOfAttempt(attemptId));
    const attempt = application && latestAttempt(application);
    if (application === undefined || attempt?.id !== attemptId || isOver(attempt.state)) {
      throw new WeftError('RM_STALE_ATTEMPT', `${attemptId} is over.`, { subject: attemptId });
    }
    return { application, attempt };
  }
}
