/**
 * The ApplicationsManager: applications, their attempts and containers, from submission to end. Called by the REST
 * routes, the AppMasters' endpoint, the node registry and the Scheduler's edge, always on one thread; every change is in
 * the store before anybody hears of it. It places nothing (the Scheduler does) and knows no socket.
 */
import type { Clock } from '../../runtime/common/clock.js';
import { chainEvent } from '../../runtime/common/events/chain-events.js';
import { applicationAttemptId, type ApplicationId, type ContainerId, type NodeId } from '../../runtime/common/ids.js';
import { LivenessMonitor } from '../../runtime/common/liveness.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { newTokenKey } from '../../runtime/common/security/token.js';
import type { AllocatedContainer, ExitReason } from '../../runtime/common/wire/protocols/index.js';
import type { ResourceManagerSettings } from '../config/settings.js';
import type { Allocation, Scheduler, SchedulerEvent } from '../scheduler/index.js';
import type { TokenService } from '../security/token-service.js';
import type { StateStore } from '../store/state-store.js';
import { isEnded, moveApplication, type ApplicationRecord, type Submission } from './application.js';
import { latestAttempt, type Application, type ApplicationRegistry } from './application-registry.js';
import { countFailures, countsAsFailure, describeFailure } from './attempt-failures.js';
import { AttemptLauncher } from './attempt-launcher.js';
import { isOver, moveAttempt, type AttemptRecord } from './attempt.js';
import type { ContainerEvent, ContainerRecord } from './container.js';
import type { ContainerLedger } from './container-ledger.js';
import type { NodeCommands } from './node-commands.js';

export interface ApplicationsManagerOptions {
  clock: Clock;
  log: Logger;
  settings: ResourceManagerSettings;
  store: StateStore;
  tokens: TokenService;
  applications: ApplicationRegistry;
  containers: ContainerLedger;
  nodes: NodeCommands;
  scheduler: Scheduler;
  /** Tells the Scheduler, and carries out what it decides. */
  schedule(event: SchedulerEvent): void;
  /** `http://host:port` of this ResourceManager. */
  url(): string;
}

/** AppMasters are asked for at this priority, as in YARN. */
const APP_MASTER_PRIORITY = 0;

export class ApplicationsManager {
  /** AppMasters that must be heard of. */
  readonly appMasterLiveness: LivenessMonitor<ApplicationId>;
  /** Applications that are finishing or being killed, and must be through in time. */
  private readonly ending: LivenessMonitor<ApplicationId>;
  /** Containers that were allocated and must be started in time. */
  private readonly unstarted: LivenessMonitor<ContainerId>;
  private readonly launcher: AttemptLauncher;

  constructor(private readonly options: ApplicationsManagerOptions) {
    const { settings, nodes, tokens, clock, log } = options;
    this.appMasterLiveness = new LivenessMonitor(settings.appMasterExpiryIntervalMs);
    this.ending = new LivenessMonitor(settings.appMasterExpiryIntervalMs);
    this.unstarted = new LivenessMonitor(settings.containerExpiryIntervalMs);
    this.launcher = new AttemptLauncher(nodes, tokens, clock, log, options.url, {
      started: (application, attempt) => {
        this.appMasterStarted(application, attempt);
      },
      failed: (container, exit) => {
        this.containerEnded(container, 'complete', exit);
      },
      // If it is back already, the start is sent again now, else when it registers.
      interrupted: (container) => {
        this.launchOn(container.nodeId);
      },
    });
  }

  /** Takes the application in; the first attempt waits for the Scheduler, or has its container already when this returns. */
  submit(id: ApplicationId, submission: Submission, user: string): Application {
    const { store, applications, settings, scheduler, schedule } = this.options;
    const known = applications.get(id);
    // A repeated submission is one: its sender missed the answer.
    if (known !== undefined) return known;
    const nowMs = this.options.clock.nowMs();
    const record: ApplicationRecord = {
      id,
      submissionOrder: Number(id.split('_')[2]),
      user,
      submission,
      maxAttempts: Math.min(submission.maxAttempts ?? settings.maxAppAttempts, settings.maxAppAttempts),
      state: 'NEW',
      finalStatus: 'UNDEFINED',
      diagnostics: '',
      key: newTokenKey(),
      progress: 0,
      submittedMs: nowMs,
      launchedMs: 0,
      finishedMs: 0,
      nodes: [],
      memoryMbSeconds: 0,
      vcoreSeconds: 0,
    };
    return store.transaction(() => {
      moveApplication(record, 'submit');
      moveApplication(record, 'accept');
      const application = applications.add(record);
      const { name, queue } = submission;
      store.appendEvent(chainEvent(1, 'resourcemanager', nowMs, id, { name, queue, user, scheduler: scheduler.name }));
      schedule({ type: 'application-added', applicationId: id, queue, user, submissionOrder: record.submissionOrder });
      this.startAttempt(application);
      return application;
    });
  }

  /** Ends the application. @returns false if it has ended already */
  kill(application: Application, by: string): boolean {
    const { record, link } = application;
    if (isEnded(record.state) || record.state === 'FINISHING') return false;
    if (record.state === 'KILLING') return true;
    const reason = `Application ${record.id} was killed by user ${by}`;
    this.options.store.transaction(() => {
      moveApplication(record, 'kill');
      record.diagnostics = reason;
      this.options.applications.save(application);
      this.options.store.afterCommit(() => {
        link.shutdown(reason);
      });
      const attempt = latestAttempt(application);
      const container = this.containerOf(attempt);
      if (container === undefined) {
        this.endAttempt(attempt, 'kill', reason);
        this.end(application, 'end', reason);
        return;
      }
      this.ending.heard(record.id, this.options.clock.nowMs());
      this.stop(container, reason);
    });
    return true;
  }

  /** The Scheduler gave a container away. */
  allocated(allocation: Allocation): void {
    const { applications, containers, store } = this.options;
    const application = applications.require(allocation.applicationId);
    const attempt = latestAttempt(application);
    const { applicationId, attemptId, nodeId, resource, priority } = allocation;
    const container: ContainerRecord = {
      id: allocation.containerId,
      applicationId,
      attemptId,
      nodeId,
      resource,
      priority,
      isAppMaster: attempt.state === 'SCHEDULED',
      state: 'ALLOCATED',
      allocatedMs: this.options.clock.nowMs(),
    };
    store.transaction(() => {
      containers.add(container);
      if (!application.record.nodes.includes(nodeId)) {
        application.record.nodes.push(nodeId);
        applications.save(application);
      }
      this.unstarted.heard(container.id, container.allocatedMs);
      if (container.isAppMaster) this.giveToAttempt(application, attempt, container);
      else this.giveToAppMaster(application, container);
    });
  }

  /** A container as its AppMaster is told of it, with a fresh token. */
  describe(application: Application, container: ContainerRecord): AllocatedContainer {
    const { id, nodeId, resource, priority } = container;
    const token = this.options.tokens.containerToken(container, application.record.user, this.options.clock.nowMs());
    const nodeHttpAddress = this.options.nodes.httpAddressOf(nodeId);
    return { containerId: id, nodeId, nodeHttpAddress, resource, priority, token };
  }

  /** The node reports the container as being there. */
  containerStarted(container: ContainerRecord): void {
    this.unstarted.forget(container.id);
    this.options.store.transaction(() => {
      this.options.containers.move(container, 'launch');
      if (!container.isAppMaster) return;
      const application = this.options.applications.require(container.applicationId);
      const attempt = latestAttempt(application);
      if (attempt.containerId === container.id) this.appMasterStarted(application, attempt);
    });
  }

  /** A container is over, for whatever reason: its room is free, and whoever owns it is told. */
  containerEnded(container: ContainerRecord, event: ContainerEvent, exit: ExitReason): void {
    const { containers, applications, store, schedule } = this.options;
    if (containers.get(container.id) !== container) return;
    store.transaction(() => {
      containers.remove(container, event);
      this.unstarted.forget(container.id);
      const application = applications.require(container.applicationId);
      const { record, link } = application;
      const heldSeconds = Math.max(0, this.options.clock.nowMs() - container.allocatedMs) / 1000;
      record.memoryMbSeconds += container.resource.memoryMb * heldSeconds;
      record.vcoreSeconds += container.resource.vcores * heldSeconds;
      applications.save(application);
      schedule({ type: 'container-ended', applicationId: record.id, containerId: container.id });
      const attempt = latestAttempt(application);
      if (attempt.containerId === container.id) this.appMasterEnded(application, attempt, exit);
      else if (!isEnded(record.state)) {
        link.complete({ containerId: container.id, exit });
        store.afterCommit(() => link.flush());
      }
    });
  }

  /** A node is connected: AppMasters whose start it may have missed are started there. */
  launchOn(node: NodeId): void {
    for (const container of this.options.containers.ofNode(node)) {
      const application = this.options.applications.get(container.applicationId);
      const attempt = application && latestAttempt(application);
      if (application === undefined || attempt?.containerId !== container.id || attempt.state !== 'ALLOCATED') continue;
      this.launcher.launch(application, attempt, container);
    }
  }

  /** The AppMaster's process runs; it is heard of from now on. Idempotent. */
  appMasterStarted(application: Application, attempt: AttemptRecord): void {
    const { store, applications, clock } = this.options;
    if (attempt.state !== 'ALLOCATED') return;
    const nowMs = clock.nowMs();
    store.transaction(() => {
      moveAttempt(attempt, 'launch');
      applications.saveAttempt(attempt);
      const container = this.containerOf(attempt);
      if (container !== undefined) this.containerStarted(container);
      if (application.record.launchedMs === 0) application.record.launchedMs = nowMs;
      applications.save(application);
      this.appMasterLiveness.heard(application.record.id, nowMs);
      store.appendEvent(
        chainEvent(2, 'resourcemanager', nowMs, application.record.id, {
          attemptId: attempt.id,
          containerId: attempt.containerId ?? '',
          nodeId: attempt.nodeId ?? '',
        }),
      );
    });
  }

  /** The AppMaster said that it is done; its process still has to end, in time. */
  finishing(application: Application): void {
    this.appMasterLiveness.forget(application.record.id);
    this.ending.heard(application.record.id, this.options.clock.nowMs());
  }

  /** Acts on silence that lasted too long. */
  tick(nowMs: number): void {
    const { applications, containers, nodes } = this.options;
    for (const id of this.appMasterLiveness.takeExpired(nowMs)) {
      const application = applications.get(id);
      if (application !== undefined) this.appMasterSilent(application);
    }
    for (const id of this.ending.takeExpired(nowMs)) {
      const application = applications.get(id);
      const attempt = application && latestAttempt(application);
      const container = attempt && this.containerOf(attempt);
      if (container === undefined) continue;
      this.stop(container, 'The AppMaster did not end in time.');
      this.containerEnded(container, 'kill', stopped('The AppMaster did not end in time.'));
    }
    for (const id of this.unstarted.takeExpired(nowMs)) {
      const container = containers.get(id);
      if (container === undefined) continue;
      nodes.stopContainer(container.nodeId, id, 'It was not started in time.');
      this.containerEnded(container, 'expire', {
        kind: 'released',
        exitStatus: -100,
        diagnostics: `The container was not started within ${this.unstarted.timeoutMs} ms.`,
      });
    }
  }

  /** After a restart: takes up every application that had not ended. Nodes and AppMasters register again by themselves. */
  recover(): void {
    const { applications, containers, schedule, clock } = this.options;
    for (const application of applications.all()) {
      const { record } = application;
      if (isEnded(record.state)) continue;
      const { id, user, submissionOrder } = record;
      const { queue } = record.submission;
      schedule({ type: 'application-added', applicationId: id, queue, user, submissionOrder });
      for (const container of containers.ofApplication(id)) {
        const { nodeId, resource } = container;
        schedule({ type: 'container-recovered', applicationId: id, containerId: container.id, nodeId, resource });
        if (container.state !== 'RUNNING') this.unstarted.heard(container.id, clock.nowMs());
      }
      const attempt = latestAttempt(application);
      schedule({ type: 'attempt-added', applicationId: id, attemptId: attempt.id });
      if (attempt.state === 'SCHEDULED') this.askForAppMaster(application);
      if (attempt.state === 'LAUNCHED' || attempt.state === 'RUNNING') this.appMasterLiveness.heard(id, clock.nowMs());
      if (record.state === 'KILLING' || record.state === 'FINISHING') {
        this.appMasterLiveness.forget(id);
        this.ending.heard(id, clock.nowMs());
      }
    }
  }

  private startAttempt(application: Application): void {
    const { record } = application;
    const number = application.attempts.length + 1;
    const attempt: AttemptRecord = {
      id: applicationAttemptId(record.id, number),
      applicationId: record.id,
      number,
      state: 'NEW',
      diagnostics: '',
      startedMs: this.options.clock.nowMs(),
      finishedMs: 0,
      host: '',
      rpcPort: 0,
      trackingUrl: '',
      countsAsFailure: true,
    };
    moveAttempt(attempt, 'schedule');
    this.options.applications.addAttempt(application, attempt);
    this.options.schedule({ type: 'attempt-added', applicationId: record.id, attemptId: attempt.id });
    this.askForAppMaster(application);
  }

  private askForAppMaster({ record }: Application): void {
    this.options.schedule({
      type: 'asked',
      applicationId: record.id,
      asks: [
        {
          priority: APP_MASTER_PRIORITY,
          resourceName: '*',
          resource: record.submission.resource,
          numContainers: 1,
          relaxLocality: true,
        },
      ],
      blacklistAdditions: [],
      blacklistRemovals: [],
    });
  }

  private giveToAttempt(application: Application, attempt: AttemptRecord, container: ContainerRecord): void {
    moveAttempt(attempt, 'allocate');
    attempt.containerId = container.id;
    attempt.nodeId = container.nodeId;
    attempt.nodeHttpAddress = this.options.nodes.httpAddressOf(container.nodeId);
    this.options.applications.saveAttempt(attempt);
    this.options.store.afterCommit(() => {
      this.launcher.launch(application, attempt, container);
    });
  }

  private giveToAppMaster(application: Application, container: ContainerRecord): void {
    application.link.allocate(this.describe(application, container));
    this.options.containers.move(container, 'acquire');
    this.options.store.afterCommit(() => {
      application.link.flush();
    });
  }

  private appMasterSilent(application: Application): void {
    const { nodes } = this.options;
    const container = this.containerOf(latestAttempt(application));
    if (container === undefined) return;
    const silence = `The AppMaster was not heard of for ${this.appMasterLiveness.timeoutMs} ms.`;
    this.stop(container, silence);
    this.containerEnded(
      container,
      'kill',
      // With its node gone silent too, it is the node that failed.
      nodes.isConnected(container.nodeId)
        ? stopped(silence)
        : { kind: 'node-lost', exitStatus: -100, diagnostics: silence },
    );
  }

  private appMasterEnded(application: Application, attempt: AttemptRecord, exit: ExitReason): void {
    const { record } = application;
    this.appMasterLiveness.forget(record.id);
    if (record.state === 'FINISHING') {
      this.endAttempt(attempt, 'end', attempt.diagnostics);
      this.end(application, 'end', record.diagnostics);
      return;
    }
    if (record.state === 'KILLING') {
      this.endAttempt(attempt, 'kill', record.diagnostics);
      this.end(application, 'end', record.diagnostics);
      return;
    }
    attempt.countsAsFailure = countsAsFailure(exit);
    this.endAttempt(attempt, 'fail', describeFailure(attempt, exit));
    const failures = countFailures(record, application.attempts, this.options.clock.nowMs());
    if (failures < record.maxAttempts) this.retry(application, attempt);
    else {
      const attempts = failures === 1 ? 'Its AppMaster failed' : `Its AppMaster failed ${failures} times`;
      this.end(application, 'fail', `${attempts}, and ${record.maxAttempts} is the limit. ${attempt.diagnostics}`);
    }
  }

  /** Starts the next attempt. Running containers wait for it, if the submission says so; unstarted ones go back. */
  private retry(application: Application, failed: AttemptRecord): void {
    const { record, link } = application;
    this.options.log.warn({ applicationId: record.id, attemptId: failed.id }, failed.diagnostics);
    moveApplication(record, 'retry');
    record.diagnostics = failed.diagnostics;
    this.options.applications.save(application);
    this.options.store.afterCommit(() => link.close());
    for (const container of this.options.containers.ofApplication(record.id)) {
      if (record.submission.keepContainers && container.state === 'RUNNING') continue;
      this.stop(container, 'Its attempt is over.');
      this.containerEnded(container, 'kill', stopped('Its attempt is over.'));
    }
    this.startAttempt(application);
  }

  private endAttempt(attempt: AttemptRecord, event: 'end' | 'fail' | 'kill', diagnostics: string): void {
    if (isOver(attempt.state)) return;
    moveAttempt(attempt, event);
    attempt.diagnostics = diagnostics;
    attempt.finishedMs = this.options.clock.nowMs();
    this.options.applications.saveAttempt(attempt);
  }

  /** The application is over: whatever still runs of it is stopped, and its nodes clean up. */
  private end(application: Application, event: 'end' | 'fail', diagnostics: string): void {
    const { applications, containers, store, schedule, nodes, settings, clock, log } = this.options;
    const { record, link } = application;
    moveApplication(record, event);
    record.diagnostics = diagnostics;
    record.finishedMs = clock.nowMs();
    if (record.state === 'FAILED') record.finalStatus = 'FAILED';
    if (record.state === 'KILLED') record.finalStatus = 'KILLED';
    if (record.finalStatus === 'SUCCEEDED') record.progress = 1;
    this.ending.forget(record.id);
    this.appMasterLiveness.forget(record.id);
    for (const container of containers.ofApplication(record.id)) {
      this.containerEnded(container, 'kill', stopped('Its application is over.'));
    }
    schedule({ type: 'application-removed', applicationId: record.id });
    applications.save(application);
    applications.forgetBeyond(settings.maxCompletedApplications);
    log.info({ applicationId: record.id, state: record.state, finalStatus: record.finalStatus }, 'application ended');
    store.afterCommit(() => {
      link.close();
      for (const node of record.nodes) nodes.applicationFinished(node, record.id);
    });
  }

  /** The AppMaster's container, while it lives. */
  private containerOf({ containerId }: AttemptRecord): ContainerRecord | undefined {
    return containerId === undefined ? undefined : this.options.containers.get(containerId);
  }

  /** Has the node stop the container's processes; booking its end is another matter. */
  stop(container: ContainerRecord, reason: string): void {
    this.options.store.afterCommit(() => {
      this.options.nodes.stopContainer(container.nodeId, container.id, reason);
    });
  }
}

/** The exit of a container that this side ended. */
function stopped(diagnostics: string): ExitReason {
  return { kind: 'stopped', exitStatus: -105, diagnostics };
}
