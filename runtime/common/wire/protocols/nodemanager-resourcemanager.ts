/** NodeManager (client) ↔ ResourceManager (server): registration, heartbeats, the AppMaster's container. */
import { Type, type Static } from 'typebox';
import { defineProtocol } from '../protocol.js';
import { ExitReasonSchema } from './exit-reason.js';
import { ContainerStatusSchema, Empty, LaunchContextSchema, LeaderEpochSchema, ResourceSchema } from './shared.js';

/** YARN's words: SIGTERM, or SIGKILL, to the process group. */
export const SignalCommandSchema = Type.Union([Type.Literal('GRACEFUL_SHUTDOWN'), Type.Literal('FORCEFUL_SHUTDOWN')]);
export type SignalCommand = Static<typeof SignalCommandSchema>;

export const nodeProtocol = defineProtocol({
  name: 'NodeManager-ResourceManager',
  path: '/weft/v1/ws/node',
  client: {
    /** Starts an AppMaster's container; answered when its process runs. */
    startContainer: {
      params: Type.Object({
        containerId: Type.String(),
        user: Type.String(),
        resource: ResourceSchema,
        context: LaunchContextSchema,
      }),
      result: Empty,
    },
    /**
     * SIGTERM to the process group, SIGKILL after the grace time. Unknown and ended containers are no error. The container
     * then ended for the reason that is given, in whatever way its processes obeyed.
     */
    stopContainer: { params: Type.Object({ containerId: Type.String(), exit: ExitReasonSchema }) },
    /** Sends a signal at the wish of a user; the container is not counted as stopped for it. */
    signalContainer: { params: Type.Object({ containerId: Type.String(), command: SignalCommandSchema }) },
    /** The application is over: its containers stop, its local folders are cleaned, its logs are kept. */
    applicationFinished: { params: Type.Object({ applicationId: Type.String() }) },
    /** The key by which container tokens are checked has rolled; both keys are good for now. */
    tokenKeys: { params: Type.Object({ keys: Type.Array(Type.String(), { minItems: 1 }) }) },
    /** The node is unknown here (it was lost or the ResourceManager lost its store): stop all and register anew. */
    resync: { params: Empty },
  },
  server: {
    register: {
      params: Type.Object({
        nodeId: Type.String(),
        httpAddress: Type.String(),
        /** Its node label, where nodes name it themselves; left out: it names none. */
        label: Type.Optional(Type.String()),
        resource: ResourceSchema,
        /** Everything that still runs or ended unreported: kept over restarts of either side. */
        containers: Type.Array(ContainerStatusSchema),
        version: Type.String(),
        pid: Type.Integer(),
      }),
      result: Type.Object({
        leader: LeaderEpochSchema,
        heartbeatIntervalMs: Type.Number(),
        /** When the NodeManager has not been heard for this long its containers are given to nobody else but lost. */
        expiryIntervalMs: Type.Number(),
        tokenKeys: Type.Array(Type.String(), { minItems: 1 }),
        /** Containers that must not run any longer (their application ended meanwhile). */
        containersToStop: Type.Array(Type.String()),
      }),
    },
    /** Step: NodeManager → ResourceManager heartbeat. Carries only what changed since the last acknowledged one. */
    heartbeat: {
      params: Type.Object({
        containers: Type.Array(ContainerStatusSchema),
        healthy: Type.Boolean(),
        healthReport: Type.String(),
        usedMemoryMb: Type.Integer(),
      }),
      result: Empty,
    },
    /** It stops in order; its containers have ended. It need not be waited for. */
    unregister: { params: Empty, result: Empty },
  },
});
