/** The end of an application: what still runs of it is stopped, its nodes clean up, its record stays for a while. */
import { moveApplication } from './application.js';
import type { Application } from './application-registry.js';
import type { ContainerManager } from './container-manager.js';
import { stoppedAfter } from './exits.js';
import type { Lifetimes } from './lifetime.js';
import type { ManagerContext } from './manager-context.js';
import type { Silences } from './silences.js';

export class ApplicationEnd {
  constructor(
    private readonly context: ManagerContext,
    private readonly silences: Silences,
    private readonly lifetimes: Lifetimes,
    private readonly containers: ContainerManager,
  ) {}

  /** @param event `end` of one that was finishing or being killed, `fail` of any other */
  reach(application: Application, event: 'end' | 'fail', diagnostics: string): void {
    const { applications, ledger, store, schedule, nodes, settings, clock, log } = this.context;
    const { record, link } = application;
    moveApplication(record, event);
    record.diagnostics = diagnostics;
    record.finishedMs = clock.nowMs();
    if (record.state === 'FAILED' || record.state === 'KILLED') record.finalStatus = record.state;
    if (record.finalStatus === 'SUCCEEDED') record.progress = 1;
    this.silences.forget(record.id);
    this.lifetimes.forget(record.id);
    // First, so that none of the room that its containers leave is given to its own open asks.
    schedule({ type: 'application-removed', applicationId: record.id });
    // `applicationFinished` stops their processes; here their room is given back.
    for (const container of ledger.ofApplication(record.id)) {
      this.containers.ended(container, 'kill', stoppedAfter('Its application is over.'));
    }
    applications.save(application);
    this.forgetOldest(settings.maxCompletedApplications);
    log.info({ applicationId: record.id, state: record.state, finalStatus: record.finalStatus }, 'application ended');
    store.afterCommit(() => {
      link.close();
      for (const node of record.nodes) nodes.applicationFinished(node, record.id);
    });
  }

  private forgetOldest(limit: number): void {
    const { applications, store, blobs, log } = this.context;
    const orphans = applications.forgetBeyond(limit);
    store.afterCommit(() => {
      for (const sha256 of orphans) {
        blobs.delete(sha256).catch((error: unknown) => {
          log.warn({ err: error, sha256 }, 'a staged file could not be removed');
        });
      }
    });
  }
}
