/** JobManager (client) ↔ AppMaster (server): workers wanted, gone and given back; heartbeats; the end. */
import { Type } from 'typebox';
import { ChainEventSchema } from '../../events/chain-events.js';
import { defineProtocol } from '../protocol.js';
import { FinalStatusSchema } from './appmaster-resourcemanager.js';
import { Empty } from './shared.js';

export const workerProtocol = defineProtocol({
  name: 'JobManager-AppMaster',
  path: '/weft/v1/ws/jobmanager',
  client: {
    /** A TaskManager's container ended, or could not be started. */
    workerTerminated: { params: Type.Object({ resourceId: Type.String(), diagnostics: Type.String() }) },
    /** Why wanted workers are not there yet, for the log and the page: the refusal of the Scheduler. */
    workersPending: { params: Type.Object({ reason: Type.String() }) },
    /** The cluster ends: cancel what runs, then exit. */
    shutdown: { params: Type.Object({ reason: Type.String() }) },
    /** The nodes to avoid have changed, or a node is suspect: act where that is safe. */
    nodeSuspect: { params: Type.Object({ resourceIds: Type.Array(Type.String()) }) },
  },
  server: {
    register: {
      params: Type.Object({ restUrl: Type.String(), pid: Type.Integer() }),
      result: Type.Object({
        heartbeatIntervalMs: Type.Number(),
        heartbeatTimeoutMs: Type.Number(),
        /** TaskManagers that run or are being started: a restarted JobManager waits for these to register. */
        workers: Type.Array(Type.String()),
      }),
    },
    /** How many TaskManagers there should be in all; the AppMaster asks for what is missing. Idempotent. */
    wantWorkers: { params: Type.Object({ count: Type.Integer({ minimum: 0 }) }), result: Empty },
    /** An idle or failed TaskManager is given back; the wanted count goes down with it. */
    releaseWorker: { params: Type.Object({ resourceId: Type.String(), reason: Type.String() }), result: Empty },
    /** Step 9. Passes the events of JobManager and TaskManagers on. */
    heartbeat: {
      params: Type.Object({ events: Type.Array(ChainEventSchema), runningJobs: Type.Integer() }),
      result: Empty,
    },
    /** The cluster is done (per-job: its job ended; session: stop was asked for). The AppMaster finishes the application. */
    clusterFinished: {
      params: Type.Object({ finalStatus: FinalStatusSchema, diagnostics: Type.String() }),
      result: Empty,
    },
  },
});
