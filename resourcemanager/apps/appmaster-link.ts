/** The way to an application's AppMaster: pushes what was decided, gathered per change of state. */
import type { ApplicationAttemptId } from '../../runtime/common/ids.js';
import type { TokenClaims } from '../../runtime/common/security/token.js';
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

export class AppMasterLink {
  private peer: AppMasterPeer | undefined;
  private allocated: AllocatedContainer[] = [];
  private completed: CompletedContainer[] = [];

  /** A process registered. One that registered before it, if any, has been superseded. */
  attach(peer: AppMasterPeer): void {
    const previous = this.peer;
    this.peer = peer;
    this.allocated = [];
    this.completed = [];
    if (previous === undefined || previous === peer) return;
    previous.session.notify('shutdown', { reason: 'Another process registered for the same application attempt.' });
    previous.close();
  }

  /** The session is over. What happens meanwhile is worked out when the AppMaster registers again. */
  detach(peer: AppMasterPeer): void {
    if (this.peer === peer) this.peer = undefined;
  }

  isAttached(peer: AppMasterPeer): boolean {
    return this.peer === peer;
  }

  allocate(container: AllocatedContainer): void {
    this.allocated.push(container);
  }

  complete(container: CompletedContainer): void {
    this.completed.push(container);
  }

  /** Sends what was gathered; a broken connection gets it when it is back. */
  flush(): void {
    if (this.allocated.length === 0 && this.completed.length === 0) return;
    this.peer?.session.notify('containers', { allocated: this.allocated, completed: this.completed });
    this.allocated = [];
    this.completed = [];
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
