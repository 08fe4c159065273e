/**
 * The ApplicationsManager: applications, their attempts and containers, from submission to end. Called by the REST
 * routes, the AppMasters' endpoint, the node registry and the Scheduler's edge, always on one thread; every change is
 * in the store before anybody hears of it. It places nothing (the Scheduler does) and knows no socket.
 */
import { chainEvent } from '../../runtime/common/events/chain-events.js';
import type { ApplicationId } from '../../runtime/common/ids.js';
import type { EndedBy } from '../../runtime/common/wire/protocols/index.js';
import { newTokenKey } from '../../runtime/common/security/token.js';
import { isEnded, moveApplication, type ApplicationRecord, type Submission } from './application.js';
import { ApplicationChanges } from './application-changes.js';
import { ApplicationEnd } from './application-end.js';
import { latestAttempt, type Application } from './application-registry.js';
import { AttemptManager } from './attempt-manager.js';
import { ContainerManager } from './container-manager.js';
import { released, stopped } from './exits.js';
import { Lifetimes } from './lifetime.js';
import type { ManagerContext } from './manager-context.js';
import type { SchedulerEvent } from '../scheduler/index.js';
import { Silences } from './silences.js';

const LIFETIME_OVER = 'Application is killed by ResourceManager as it has exceeded the lifetime period.';

export class ApplicationsManager {
  readonly silences: Silences;
  readonly containers: ContainerManager;
  readonly attempts: AttemptManager;
  private readonly lifetimes = new Lifetimes();
  readonly changes: ApplicationChanges;
  private readonly applicationEnd: ApplicationEnd;

  constructor(private readonly context: ManagerContext) {
    this.silences = new Silences(context.settings);
    this.changes = new ApplicationChanges(context, this.lifetimes);
    this.containers = new ContainerManager(context, this.silences, () => this.attempts);
    this.applicationEnd = new ApplicationEnd(context, this.silences, this.lifetimes, this.containers);
    this.attempts = new AttemptManager(context, this.silences, this.containers, this.applicationEnd);
  }

  /** Takes the application in. A repeated submission is one: its sender missed the answer. */
  submit(id: ApplicationId, submission: Submission, user: string): Application {
    const { store, applications, scheduler, schedule, clock } = this.context;
    const known = applications.get(id);
    if (known !== undefined) return known;
    const nowMs = clock.nowMs();
    const record = this.newRecord(id, submission, user, nowMs);
    return store.transaction(() => {
      moveApplication(record, 'submit');
      moveApplication(record, 'accept');
      const application = applications.add(record);
      this.lifetimes.set(id, record.expiresMs);
      const { name, queue } = submission;
      store.appendEvent(chainEvent(1, 'resourcemanager', nowMs, id, { name, queue, user, scheduler: scheduler.name }));
      schedule(additionOf(record));
      this.attempts.startNext(application);
      return application;
    });
  }

  /** Ends the application at the wish of a user. @returns false if it has ended already, or is about to by itself */
  kill(application: Application, by: string): boolean {
    return this.killBecause(application, 'user', `Application ${application.record.id} was killed by user ${by}`);
  }

  private killBecause(application: Application, by: EndedBy, reason: string): boolean {
    const { record, link } = application;
    if (isEnded(record.state) || record.state === 'FINISHING') return false;
    if (record.state === 'KILLING') return true;
    const { store, applications, clock } = this.context;
    store.transaction(() => {
      moveApplication(record, 'kill');
      record.diagnostics = reason;
      applications.save(application);
      store.afterCommit(() => {
        link.shutdown(reason);
      });
      const attempt = latestAttempt(application);
      const container = this.containers.ofAppMaster(attempt);
      if (container === undefined) {
        this.attempts.endAttempt(attempt, 'kill', reason);
        this.applicationEnd.reach(application, 'end', reason);
      } else {
        this.silences.awaitEnd(record.id, clock.nowMs());
        this.containers.stop(container, stopped(by, reason));
      }
    });
    return true;
  }

  /** Acts on silence that lasted too long, and on lifetimes that are over. */
  tick(nowMs: number): void {
    const { applications, ledger } = this.context;
    for (const id of this.lifetimes.takeExpired(nowMs)) {
      const application = applications.get(id);
      if (application !== undefined) this.killBecause(application, 'resourcemanager', LIFETIME_OVER);
    }
    for (const id of this.silences.appMasters.takeExpired(nowMs)) {
      const application = applications.get(id);
      if (application !== undefined) this.attempts.appMasterSilent(application);
    }
    for (const id of this.silences.ending.takeExpired(nowMs)) {
      const application = applications.get(id);
      const container = application && this.containers.ofAppMaster(latestAttempt(application));
      if (container !== undefined)
        this.containers.end(container, 'kill', stopped('resourcemanager', 'It did not end in time.'));
    }
    const { timeoutMs } = this.silences.unstarted;
    const exit = released('resourcemanager', `It was not started within ${timeoutMs} ms.`);
    for (const id of this.silences.unstarted.takeExpired(nowMs)) {
      const container = ledger.get(id);
      if (container !== undefined) this.containers.end(container, 'expire', exit);
    }
  }

  /** After a restart: takes up every application that had not ended. Nodes and AppMasters register by themselves. */
  recover(): void {
    for (const application of this.context.applications.all()) {
      if (!isEnded(application.record.state)) this.takeUp(application);
    }
  }

  private takeUp(application: Application): void {
    const { ledger, schedule, clock } = this.context;
    const { record } = application;
    const nowMs = clock.nowMs();
    const { id } = record;
    if (this.context.scheduler.resolveQueue(record.submission.queue) === undefined) {
      this.orphaned(application);
      return;
    }
    schedule(additionOf(record));
    for (const { id: containerId, nodeId, resource, state, isAppMaster } of ledger.ofApplication(id)) {
      schedule({ type: 'container-recovered', applicationId: id, containerId, nodeId, resource, isAppMaster });
      if (state !== 'RUNNING') this.silences.unstarted.heard(containerId, nowMs);
    }
    this.lifetimes.set(id, record.expiresMs);
    const attempt = latestAttempt(application);
    schedule({ type: 'attempt-added', applicationId: id, attemptId: attempt.id });
    if (record.state === 'KILLING' || record.state === 'FINISHING') this.silences.awaitEnd(id, nowMs);
    else if (attempt.state === 'SCHEDULED') this.attempts.askForAppMaster(application);
    else if (attempt.state !== 'ALLOCATED') this.silences.appMasters.heard(id, nowMs);
  }

  /** Its queue went from the files while the ResourceManager was down. */
  private orphaned(application: Application): void {
    const { record } = application;
    const event = record.state === 'KILLING' || record.state === 'FINISHING' ? 'end' : 'fail';
    this.attempts.endAttempt(latestAttempt(application), 'fail', record.diagnostics);
    this.applicationEnd.reach(application, event, `Its queue ${record.submission.queue} is gone.`);
  }

  private newRecord(id: ApplicationId, submission: Submission, user: string, nowMs: number): ApplicationRecord {
    const { settings, scheduler } = this.context;
    const { maxAppAttempts } = settings;
    const lifetimeMs = scheduler.lifetimeIn(submission.queue, submission.lifetimeMs);
    return {
      id,
      submissionOrder: Number(id.split('_')[2]),
      user,
      submission,
      maxAttempts: Math.min(submission.maxAttempts ?? maxAppAttempts, maxAppAttempts),
      state: 'NEW',
      finalStatus: 'UNDEFINED',
      diagnostics: '',
      key: newTokenKey(),
      progress: 0,
      submittedMs: nowMs,
      launchedMs: 0,
      finishedMs: 0,
      expiresMs: lifetimeMs === undefined ? undefined : nowMs + lifetimeMs,
      nodes: [],
      memoryMbSeconds: 0,
      vcoreSeconds: 0,
    };
  }
}

/** An application as the Scheduler is told of it. */
function additionOf({ id, user, submissionOrder, submission }: ApplicationRecord): SchedulerEvent {
  const { queue, priority, resource, label: ofApplication, amLabel: label = ofApplication } = submission;
  return {
    ...{ type: 'application-added', applicationId: id, queue, user, submissionOrder, priority, amResource: resource },
    // The label of the AppMaster; asks of the application itself name theirs.
    ...(label === undefined ? {} : { label }),
  };
}
