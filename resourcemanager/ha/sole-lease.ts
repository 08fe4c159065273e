/** The lease of a ResourceManager that has no other beside it: it leads from start to stop. */
import type { LeaderLease, LeaseListener } from './leader-lease.js';

export class SoleLease implements LeaderLease {
  start(listener: LeaseListener): Promise<void> {
    listener.won({ epoch: undefined });
    return Promise.resolve();
  }

  isHeld(): boolean {
    return true;
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  rejoin(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
