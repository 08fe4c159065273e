/** The way to an application's AppMaster: pushes what was decided, gathered per change of state. */
import type { ApplicationAttemptId } from '../../runtime/common/ids.js';
import type { TokenClaims } from '../../runtime/common/security/token.js';
import type { StateStore } from '../store/state-store.js';
import type { RpcPeer } from '../../runtime/common/wire/index.js';
import type {
  AllocatedContainer,
  appMasterProtocol,
  CompletedContainer,
  PreemptionNotice,
} from '../../runtime/common/wire/protocols/index.js';

export interface AppMasterIdentity {
  attemptId: ApplicationAttemptId;
  /** Of the token that it holds; replaced with it. */
  claims: TokenClaims;
}
export type AppMasterPeer = RpcPeer<
  typeof appMasterProtocol.client,
  typeof appMasterProtocol.server,
  AppMasterIdentity
>;
type NodeUpdate = Parameters<typeof sendNodeUpdate>[1];

/** What one transaction has for an AppMaster. */
interface Batch {
  /** The transaction. */
  readonly of: object | undefined;
  /** Who is connected meanwhile; another one is brought up to date when it registers. */
  readonly peer: AppMasterPeer | undefined;
  readonly allocated: AllocatedContainer[];
  readonly completed: CompletedContainer[];
}

export class AppMasterLink {
  private peer: AppMasterPeer | undefined;
  private batch: Batch | undefined;
  /** What is ready before the answer to the registration is out. */
  private early: Batch[] | undefined;

  constructor(private readonly store: Pick<StateStore, 'afterCommit' | 'openTransaction'>) {}

  /**
   * A process registered. One that registered before it, if any, has been superseded. It is told nothing until `release`, so
   * that it knows its previous containers before it hears more.
   */
  attach(peer: AppMasterPeer): void {
    const previous = this.peer;
    this.peer = peer;
    this.batch = undefined;
    this.early = [];
    if (previous === undefined || previous === peer) return;
    previous.session.notify('shutdown', { reason: 'Another process registered for the same application attempt.' });
    previous.close();
  }

  /** The answer to the registration is out. */
  release(): void {
    const early = this.early ?? [];
    this.early = undefined;
    for (const batch of early) this.send(batch);
  }

  /** The session is over. What happens meanwhile is worked out when the AppMaster registers again. */
  detach(peer: AppMasterPeer): void {
    if (this.peer === peer) this.peer = undefined;
  }

  isAttached(peer: AppMasterPeer): boolean {
    return this.peer === peer;
  }

  /** Told once the open transaction is durable. */
  allocate(container: AllocatedContainer): void {
    this.gather((batch) => batch.allocated.push(container));
  }

  complete(container: CompletedContainer): void {
    this.gather((batch) => batch.completed.push(container));
  }

  private gather(add: (batch: Batch) => void): void {
    const of = this.store.openTransaction;
    if (of !== undefined && this.batch?.of === of && this.batch.peer === this.peer) {
      add(this.batch);
      return;
    }
    const batch: Batch = { of, peer: this.peer, allocated: [], completed: [] };
    this.batch = batch;
    add(batch);
    this.store.afterCommit(() => {
      this.send(batch);
    });
  }

  /** A broken connection gets it when it is back. */
  private send(batch: Batch): void {
    const { peer, allocated, completed } = batch;
    if (peer === undefined || peer !== this.peer) return;
    if (this.early === undefined) peer.session.notify('containers', { allocated, completed });
    else this.early.push(batch);
  }

  nodeUpdate(update: NodeUpdate): void {
    if (this.peer !== undefined) sendNodeUpdate(this.peer, update);
  }

  /** Containers of its will be taken; an AppMaster that is away does not hear of it. */
  preemption(notice: PreemptionNotice): void {
    this.peer?.session.notify('preemption', { containers: [notice] });
  }

  /** Tells the AppMaster to stop everything, and hangs up. */
  shutdown(reason: string): void {
    this.peer?.session.notify('shutdown', { reason });
  }

  close(): void {
    this.peer?.close();
    this.peer = undefined;
  }
}

function sendNodeUpdate(
  peer: AppMasterPeer,
  update: { nodeId: string; state: 'SUSPECT' | 'RUNNING' | 'LOST'; httpAddress: string },
): void {
  peer.session.notify('nodeUpdate', update);
}
