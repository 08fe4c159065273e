/**
 * Where TaskManagers come from. The JobManager says how many it wants and which it gives back; who starts and stops them
 * differs by deployment: an AppMaster's containers (`appmaster-provider.ts`), TaskManagers that register by themselves
 * (below), threads of this process (`runtime/local`).
 */
import type { Static } from 'typebox';
import type { Logger } from '../common/log/logger.js';
import type { FinalStatusSchema } from '../common/wire/protocols/appmaster-resourcemanager.js';

/** How a cluster ended, in YARN's words. */
export type FinalStatus = Static<typeof FinalStatusSchema>;

export interface WorkerProvider {
  /** Whether TaskManagers are started on demand and given back when idle. */
  readonly elastic: boolean;
  /** How many TaskManagers there should be in all, those that run included. Idempotent; the latest number counts. */
  want(count: number): void;
  /** This TaskManager is not needed, or not alive, any longer. */
  release(resourceId: string, reason: string): void;
  /** The cluster is done: its job ended (per-job), or it was asked to stop (session). */
  finished(status: FinalStatus, diagnostics: string): void;
}

/** TaskManagers are started by hand and register by themselves; none is ever given back. */
export function standaloneProvider(log: Logger, onFinished: (status: FinalStatus) => void): WorkerProvider {
  return {
    elastic: false,
    want: (count) => {
      log.info({ count }, 'TaskManagers wanted: start them by hand');
    },
    release: (resourceId, reason) => {
      log.info({ resourceId, reason }, 'TaskManager no longer in use');
    },
    finished: (status, diagnostics) => {
      log.info({ status, diagnostics }, 'the cluster is done');
      onFinished(status);
    },
  };
}
