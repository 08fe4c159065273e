/** What can be changed of an application while it is accepted or running: its lifetime, its queue, its priority. */
import { WeftError } from '../../runtime/common/errors/index.js';
import { isEnded } from './application.js';
import type { Application } from './application-registry.js';
import type { Lifetimes } from './lifetime.js';
import type { ManagerContext } from './manager-context.js';

export class ApplicationChanges {
  constructor(
    private readonly context: ManagerContext,
    private readonly lifetimes: Lifetimes,
  ) {}

  /** Limits, or prolongs, its lifetime, no longer than its queue allows. @throws RM_APPLICATION_ENDED */
  expireAt(application: Application, expiresMs: number): void {
    const { record } = requireAlive(application);
    const { applications, scheduler } = this.context;
    const lifetimeMs = scheduler.lifetimeIn(record.submission.queue, expiresMs - record.submittedMs);
    record.expiresMs = lifetimeMs === undefined ? expiresMs : record.submittedMs + lifetimeMs;
    applications.save(application);
    this.lifetimes.set(record.id, record.expiresMs);
  }

  /** Moves it with all that it holds. @throws RM_APPLICATION_ENDED, RM_CHANGE_REFUSED with the gate that refuses it */
  move(application: Application, queue: string): void {
    const { record } = requireAlive(application);
    const { scheduler, store, applications, schedule } = this.context;
    const refusal = scheduler.checkMove(record.id, queue);
    const resolved = scheduler.resolveQueue(queue);
    if (refusal !== undefined || resolved === undefined) {
      throw refused(record.id, 'cannot be moved', refusal?.message ?? `there is no queue "${queue}"`);
    }
    store.transaction(() => {
      record.submission.queue = resolved;
      applications.save(application);
      schedule({ type: 'application-moved', applicationId: record.id, queue: resolved });
    });
  }

  /** @throws RM_APPLICATION_ENDED, RM_CHANGE_REFUSED where the Scheduler knows no priorities */
  prioritize(application: Application, priority: number): void {
    const { record } = requireAlive(application);
    const { scheduler, store, applications, schedule } = this.context;
    const refusal = scheduler.checkPriority();
    if (refusal !== undefined) throw refused(record.id, 'gets no priority', refusal.message);
    store.transaction(() => {
      record.submission.priority = priority;
      applications.save(application);
      schedule({ type: 'priority-changed', applicationId: record.id, priority });
    });
  }
}

function requireAlive(application: Application): Application {
  const { id, state } = application.record;
  if (!isEnded(state) && state !== 'KILLING' && state !== 'FINISHING') return application;
  throw new WeftError('RM_APPLICATION_ENDED', `${id} has ended (${state}) or is about to.`, { subject: id });
}

function refused(id: string, what: string, why: string): WeftError {
  return new WeftError('RM_CHANGE_REFUSED', `${id} ${what}: ${why}.`.replace(/\.+$/, '.'), { subject: id });
}
