/** What a ResourceManager needs to lead: the lease, and the state of the cluster once it holds it. */
import { join } from 'node:path';
import { SqliteEngine } from '../store/sqlite-engine.js';
import type { StoreEngine } from '../store/store-engine.js';
import type { LeaderLease, Term } from './leader-lease.js';
import { SoleLease } from './sole-lease.js';

export interface Election {
  readonly lease: LeaderLease;
  /** The state, to be written as long as nobody leads in a later epoch. @throws RM_STORE_UNUSABLE */
  openEngine(term: Term): StoreEngine | Promise<StoreEngine>;
}

const FILE = 'state.db';

/** One ResourceManager, which nobody stands by for: it has the file to itself. */
export function soleElection(folder: string): Election {
  return {
    lease: new SoleLease(),
    openEngine: () => SqliteEngine.open(join(folder, FILE)),
  };
}
