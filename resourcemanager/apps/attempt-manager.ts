/** Attempts of applications: asks for the AppMaster's container, starts it, and decides what follows its end. */
import { WeftError } from '../../runtime/common/errors/index.js';
import { chainEvent } from '../../runtime/common/events/chain-events.js';
import { applicationAttemptId, type NodeId } from '../../runtime/common/ids.js';
import type { ExitReason } from '../../runtime/common/wire/protocols/index.js';
import { moveApplication } from './application.js';
import type { ApplicationEnd } from './application-end.js';
import { latestAttempt, type Application } from './application-registry.js';
import { blamesNode, countFailures, countsAsFailure, describeFailure, nodesToAvoid } from './attempt-failures.js';
import { AttemptLauncher } from './attempt-launcher.js';
import { isOver, moveAttempt, type AttemptRecord } from './attempt.js';
import type { AppMasterOwner, ContainerManager } from './container-manager.js';
import { stopped, withNode } from './exits.js';
import type { ContainerRecord } from './container.js';
import type { ManagerContext } from './manager-context.js';
import type { Silences } from './silences.js';

/** AppMasters are asked for at this priority, as in YARN. */
const APP_MASTER_PRIORITY = 0;

export class AttemptManager implements AppMasterOwner {
  private readonly launcher: AttemptLauncher;

  constructor(
    private readonly context: ManagerContext,
    private readonly silences: Silences,
    private readonly containers: ContainerManager,
    private readonly applicationEnd: ApplicationEnd,
  ) {
    const { nodes, tokens, clock, log, addresses } = context;
    this.launcher = new AttemptLauncher(nodes, tokens, clock, log, addresses, context.authentication, {
      started: (application, attempt) => {
        this.appMasterStarted(application, attempt);
      },
      failed: (container, exit) => {
        containers.ended(container, 'complete', exit);
      },
      // If it is back already, the start is sent again now, else when it registers.
      interrupted: (container) => {
        this.launchOn(container.nodeId);
      },
    });
  }

  /** The next attempt waits for the Scheduler, or has its container already when this returns. */
  startNext(application: Application): void {
    const { record } = application;
    const number = application.attempts.length + 1;
    const attempt: AttemptRecord = {
      id: applicationAttemptId(record.id, number),
      applicationId: record.id,
      number,
      state: 'NEW',
      diagnostics: '',
      startedMs: this.context.clock.nowMs(),
      finishedMs: 0,
      host: '',
      rpcPort: 0,
      trackingUrl: '',
      countsAsFailure: true,
    };
    moveAttempt(attempt, 'schedule');
    this.context.applications.addAttempt(application, attempt);
    this.context.schedule({ type: 'attempt-added', applicationId: record.id, attemptId: attempt.id });
    this.askForAppMaster(application);
  }

  askForAppMaster(application: Application): void {
    const { record, attempts } = application;
    const { schedule, scheduler, settings } = this.context;
    const { resource, label: ofApplication, amLabel: label = ofApplication } = record.submission;
    const ask = { priority: APP_MASTER_PRIORITY, resourceName: '*', resource, numContainers: 1, relaxLocality: true };
    const avoided = nodesToAvoid(attempts, scheduler.totals().nodes, settings.amBlacklistThreshold);
    latestAttempt(application).avoidedNodes = avoided;
    schedule({
      type: 'asked',
      applicationId: record.id,
      asks: [label === undefined ? ask : { ...ask, label }],
      blacklistAdditions: avoided,
      blacklistRemovals: [],
    });
  }

  appMasterAllocated(application: Application, attempt: AttemptRecord, container: ContainerRecord): void {
    const { nodes, applications } = this.context;
    moveAttempt(attempt, 'allocate');
    attempt.containerId = container.id;
    attempt.nodeId = container.nodeId;
    attempt.nodeHttpAddress = nodes.httpAddressOf(container.nodeId);
    applications.saveAttempt(attempt);
    this.allowAvoidedNodes(attempt);
    this.launch(application, attempt, container);
  }

  /** Only the AppMaster avoids nodes where earlier ones failed; its containers may go there. */
  private allowAvoidedNodes({ applicationId, avoidedNodes: blacklistRemovals = [] }: AttemptRecord): void {
    if (blacklistRemovals.length === 0) return;
    this.context.store.afterCommit(() => {
      this.context.schedule({ type: 'asked', applicationId, asks: [], blacklistAdditions: [], blacklistRemovals });
    });
  }

  /** A node is connected: AppMasters whose start it may have missed are started there. */
  launchOn(node: NodeId): void {
    for (const container of this.context.ledger.ofNode(node)) {
      const application = this.context.applications.get(container.applicationId);
      const attempt = application && latestAttempt(application);
      if (application === undefined || attempt?.containerId !== container.id || attempt.state !== 'ALLOCATED') continue;
      this.launch(application, attempt, container);
    }
  }

  /** Once all that led to it is durable. */
  private launch(application: Application, attempt: AttemptRecord, container: ContainerRecord): void {
    this.context.store.afterCommit(() => {
      this.launcher.launch(application, attempt, container);
    });
  }

  /** The AppMaster's process runs, and must be heard of from now on. Idempotent. */
  appMasterStarted(application: Application, attempt: AttemptRecord): void {
    const { store, applications, clock } = this.context;
    if (attempt.state !== 'ALLOCATED') return;
    const nowMs = clock.nowMs();
    const { record } = application;
    store.transaction(() => {
      moveAttempt(attempt, 'launch');
      applications.saveAttempt(attempt);
      const container = this.containers.ofAppMaster(attempt);
      if (container !== undefined) this.containers.started(container);
      if (record.launchedMs === 0) record.launchedMs = nowMs;
      applications.save(application);
      if (record.state !== 'KILLING') this.silences.appMasters.heard(record.id, nowMs);
      const { containerId = '', nodeId = '' } = attempt;
      const detail = { attemptId: attempt.id, containerId, nodeId };
      store.appendEvent(chainEvent(2, 'resourcemanager', nowMs, record.id, detail));
    });
  }

  appMasterEnded(application: Application, attempt: AttemptRecord, exit: ExitReason): void {
    const { record } = application;
    this.silences.appMasters.forget(record.id);
    switch (record.state) {
      case 'FINISHING':
        this.endAttempt(attempt, 'end', attempt.diagnostics);
        this.applicationEnd.reach(application, 'end', record.diagnostics);
        return;
      case 'KILLING':
        this.endAttempt(attempt, 'kill', record.diagnostics);
        this.applicationEnd.reach(application, 'end', record.diagnostics);
        return;
      default:
        this.failed(application, attempt, exit);
    }
  }

  /** The AppMaster was silent for too long. */
  appMasterSilent(application: Application): void {
    const container = this.containers.ofAppMaster(latestAttempt(application));
    if (container === undefined) return;
    const silence = `The AppMaster was not heard of for ${this.silences.appMasters.timeoutMs} ms.`;
    // With its node gone silent too, it is the node that failed.
    const isNodeThere = this.context.nodes.isConnected(container.nodeId);
    this.containers.end(container, 'kill', isNodeThere ? stopped('resourcemanager', silence) : withNode(silence));
  }

  /** At the wish of a user: counts as a failure, and the next attempt starts if there may be one. @throws RM_CHANGE_REFUSED */
  failAttempt(application: Application, attempt: AttemptRecord, by: string): void {
    const { state } = application.record;
    const container = this.containers.ofAppMaster(attempt);
    if (container === undefined || isOver(attempt.state) || state === 'KILLING' || state === 'FINISHING') {
      const why = isOver(attempt.state) ? `is ${attempt.state}` : 'has no AppMaster that could be ended';
      throw new WeftError('RM_CHANGE_REFUSED', `${attempt.id} ${why}.`, { subject: attempt.id });
    }
    this.containers.end(container, 'kill', stopped('user', `${attempt.id} was failed by user ${by}.`));
  }

  endAttempt(attempt: AttemptRecord, event: 'end' | 'fail' | 'kill', diagnostics: string): void {
    if (isOver(attempt.state)) return;
    moveAttempt(attempt, event);
    attempt.diagnostics = diagnostics;
    attempt.finishedMs = this.context.clock.nowMs();
    this.context.applications.saveAttempt(attempt);
  }

  private failed(application: Application, attempt: AttemptRecord, exit: ExitReason): void {
    const { record, attempts } = application;
    attempt.exit = exit;
    attempt.countsAsFailure = countsAsFailure(exit);
    attempt.blamesNode = blamesNode(exit);
    this.endAttempt(attempt, 'fail', describeFailure(attempt, exit));
    const failures = countFailures(record, attempts, this.context.clock.nowMs());
    if (failures < record.maxAttempts) {
      this.retry(application, attempt);
      return;
    }
    const often = failures === 1 ? 'Its AppMaster failed' : `Its AppMaster failed ${failures} times`;
    const diagnostics = `${often}, and ${record.maxAttempts} is the limit. ${attempt.diagnostics}`;
    this.applicationEnd.reach(application, 'fail', diagnostics);
  }

  /** Starts the next attempt. Running containers wait for it, if the submission says so; unstarted ones go back. */
  private retry(application: Application, attempt: AttemptRecord): void {
    const { record, link } = application;
    const { log, applications, store, ledger } = this.context;
    log.warn({ applicationId: record.id, attemptId: attempt.id }, attempt.diagnostics);
    moveApplication(record, 'retry');
    record.diagnostics = attempt.diagnostics;
    applications.save(application);
    store.afterCommit(() => {
      link.close();
    });
    this.context.schedule({ type: 'attempt-removed', applicationId: record.id });
    for (const container of ledger.ofApplication(record.id)) {
      if (record.submission.keepContainers && container.state === 'RUNNING') continue;
      this.containers.end(container, 'kill', stopped('resourcemanager', 'Its attempt is over.'));
    }
    this.startNext(application);
  }
}
