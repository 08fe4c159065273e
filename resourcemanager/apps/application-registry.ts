/** All applications that are remembered, with their attempts. */
import { WeftError } from '../../runtime/common/errors/index.js';
import type { ApplicationAttemptId, ApplicationId } from '../../runtime/common/ids.js';
import type { StateStore } from '../store/state-store.js';
import type { StoredState } from '../store/store-engine.js';
import { isEnded, type ApplicationRecord } from './application.js';
import { AppMasterLink } from './appmaster-link.js';
import type { AttemptRecord } from './attempt.js';
import { EndedContainers } from './ended-containers.js';

export interface Application {
  readonly record: ApplicationRecord;
  /** Oldest first; never empty once the application is accepted. */
  readonly attempts: AttemptRecord[];
  readonly link: AppMasterLink;
  /** Containers that ended lately, for whoever asks why; not kept over a restart. */
  readonly ended: EndedContainers;
}

export class ApplicationRegistry {
  private readonly byId = new Map<ApplicationId, Application>();
  /** Ended ones, the oldest first. */
  private readonly ended = new Set<ApplicationId>();

  constructor(private readonly store: StateStore) {}

  /** Takes over what the store holds. */
  restore(state: StoredState): void {
    for (const record of state.applications) this.put(record);
    for (const attempt of state.attempts) this.byId.get(attempt.applicationId)?.attempts.push(attempt);
    const ended = [...this.byId.values()].map(({ record }) => record).filter(({ state }) => isEnded(state));
    for (const { id } of ended.sort((a, b) => a.finishedMs - b.finishedMs)) this.ended.add(id);
  }

  get size(): number {
    return this.byId.size;
  }

  /** In the order of submission. */
  all(): IterableIterator<Application> {
    return this.byId.values();
  }

  get(id: ApplicationId): Application | undefined {
    return this.byId.get(id);
  }

  /** @throws RM_UNKNOWN_APPLICATION */
  require(id: ApplicationId): Application {
    const application = this.byId.get(id);
    if (application === undefined) {
      throw new WeftError('RM_UNKNOWN_APPLICATION', `app with id: ${id} not found`, { subject: id });
    }
    return application;
  }

  add(record: ApplicationRecord): Application {
    this.store.saveApplication(record);
    return this.put(record);
  }

  addAttempt(application: Application, attempt: AttemptRecord): void {
    this.store.saveAttempt(attempt);
    application.attempts.push(attempt);
  }

  save({ record }: Application): void {
    this.store.saveApplication(record);
    if (isEnded(record.state)) this.ended.add(record.id);
  }

  saveAttempt(attempt: AttemptRecord): void {
    this.store.saveAttempt(attempt);
  }

  /** Forgets the oldest ended applications beyond this number. @returns hashes of files that only they used */
  forgetBeyond(limit: number): string[] {
    const orphans = new Set<string>();
    for (const id of this.ended) {
      if (this.ended.size <= limit) break;
      for (const sha256 of this.filesOf(id)) orphans.add(sha256);
      this.store.deleteApplication(id, this.byId.get(id)?.attempts ?? []);
      this.ended.delete(id);
      this.byId.delete(id);
    }
    if (orphans.size > 0) for (const id of this.byId.keys()) for (const used of this.filesOf(id)) orphans.delete(used);
    return [...orphans];
  }

  private filesOf(id: ApplicationId): string[] {
    const files = this.byId.get(id)?.record.submission.context.localResources ?? [];
    return files.map(({ sha256 }) => sha256);
  }

  private put(record: ApplicationRecord): Application {
    const application = {
      record,
      attempts: [],
      link: new AppMasterLink(this.store),
      ended: new EndedContainers(),
    };
    this.byId.set(record.id, application);
    return application;
  }
}

/** The attempt that runs, or ran last. */
export function latestAttempt(application: Application): AttemptRecord {
  const attempt = application.attempts.at(-1);
  if (attempt === undefined) throw new TypeError(`${application.record.id} has no attempt`);
  return attempt;
}

export function findAttempt(application: Application, id: ApplicationAttemptId): AttemptRecord | undefined {
  return application.attempts.find((attempt) => attempt.id === id);
}
