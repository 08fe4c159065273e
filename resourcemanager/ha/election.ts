/** What a ResourceManager needs to lead: the lease, and the state of the cluster once it holds it. */
import { join } from 'node:path';
import type { Clock } from '../../runtime/common/clock.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import type { HighAvailabilitySettings } from '../config/high-availability.js';
import { SqliteEngine } from '../store/sqlite-engine.js';
import type { StoreEngine } from '../store/store-engine.js';
import type { Leader, LeaderLease, Term } from './leader-lease.js';
import { RegisterLease } from './register-lease.js';
import { SoleLease } from './sole-lease.js';
import { SqliteRegister } from './sqlite-register.js';

export interface Election {
  readonly lease: LeaderLease;
  /** The state, to be written as long as nobody leads in a later epoch. @throws RM_STORE_UNUSABLE */
  openEngine(term: Term): StoreEngine | Promise<StoreEngine>;
}

const FILE = 'state.db';

export interface ElectionOptions {
  readonly settings: HighAvailabilitySettings;
  /** Folder of the SQLite file. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The election that the configuration asks for. @throws RM_STORE_UNUSABLE */
export function electionOf({ settings, folder, clock, log }: ElectionOptions, self: () => Leader): Election {
  if (settings.self === undefined) return soleElection(folder, settings.recovery);
  const path = join(folder, FILE);
  const register = SqliteRegister.open(path);
  return {
    lease: new RegisterLease({
      register,
      clock,
      log,
      self,
      termMs: settings.leaseTermMs,
      isCandidate: settings.automaticFailover,
    }),
    openEngine: ({ epoch }) => SqliteEngine.open(path, epoch),
  };
}

/** One ResourceManager, which nobody stands by for: it has the file to itself. @param recovery whether it takes up what ran before */
export function soleElection(folder: string, recovery = true): Election {
  return {
    lease: new SoleLease(),
    openEngine: () => SqliteEngine.open(recovery ? join(folder, FILE) : ':memory:'),
  };
}
