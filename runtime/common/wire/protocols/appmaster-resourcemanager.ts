/** AppMaster (client) ↔ ResourceManager (server): register, ask for containers, heartbeat, finish. */
import { Type, type Static } from 'typebox';
import { ChainEventSchema } from '../../events/chain-events.js';
import { defineProtocol } from '../protocol.js';
import {
  AllocatedContainerSchema,
  CompletedContainerSchema,
  Empty,
  LeaderEpochSchema,
  ResourceSchema,
} from './shared.js';

/** Replaces the outstanding count for its priority and resource name: no delta. One size a priority, as in YARN. */
export const ResourceRequestSchema = Type.Object({
  priority: Type.Integer({ minimum: 0 }),
  /** `*`, a rack or a host. */
  resourceName: Type.String(),
  resource: ResourceSchema,
  numContainers: Type.Integer({ minimum: 0 }),
  relaxLocality: Type.Boolean(),
  /** Node label that the containers must run on; left out: the application's or its queue's default. */
  label: Type.Optional(Type.String()),
});
export type ResourceRequest = Static<typeof ResourceRequestSchema>;

export const PreemptionNoticeSchema = Type.Object({
  containerId: Type.String(),
  /** Epoch milliseconds. */
  deadlineMs: Type.Number(),
  /** For people: for whom, by which rule, with numbers. */
  reason: Type.String(),
});
export type PreemptionNotice = Static<typeof PreemptionNoticeSchema>;

export const FinalStatusSchema = Type.Union([
  Type.Literal('SUCCEEDED'),
  Type.Literal('FAILED'),
  Type.Literal('KILLED'),
]);
export type FinalStatus = Static<typeof FinalStatusSchema>;

export const appMasterProtocol = defineProtocol({
  name: 'AppMaster-ResourceManager',
  path: '/weft/v1/ws/appmaster',
  client: {
    /** Pushed as soon as the Scheduler decided, without waiting for the next heartbeat. */
    containers: {
      params: Type.Object({
        allocated: Type.Array(AllocatedContainerSchema),
        completed: Type.Array(CompletedContainerSchema),
      }),
    },
    /** Containers that will be taken unless they are given back before. */
    preemption: {
      params: Type.Object({
        containers: Type.Array(PreemptionNoticeSchema, { minItems: 1 }),
      }),
    },
    /** The application was killed or its attempt superseded: stop everything now. */
    shutdown: { params: Type.Object({ reason: Type.String() }) },
    /** A NodeManager of one of our containers broke its connection (suspect) or is back. */
    nodeUpdate: {
      params: Type.Object({
        nodeId: Type.String(),
        state: Type.Union([Type.Literal('SUSPECT'), Type.Literal('RUNNING'), Type.Literal('LOST')]),
        httpAddress: Type.String(),
      }),
    },
  },
  server: {
    register: {
      params: Type.Object({
        host: Type.String(),
        /** Port of the AppMaster's own server. */
        rpcPort: Type.Integer(),
        /** Address of the pages of the JobManager; empty until it is up. */
        trackingUrl: Type.String(),
        pid: Type.Integer(),
        /** Containers that this attempt holds already: after a restart of the ResourceManager. */
        containers: Type.Array(Type.String()),
      }),
      result: Type.Object({
        maximumResource: ResourceSchema,
        minimumResource: ResourceSchema,
        queue: Type.String(),
        leader: LeaderEpochSchema,
        heartbeatIntervalMs: Type.Number(),
        expiryIntervalMs: Type.Number(),
        /** Running containers of earlier attempts, kept for this one. */
        previousContainers: Type.Array(AllocatedContainerSchema),
      }),
    },
    allocate: {
      params: Type.Object({
        asks: Type.Array(ResourceRequestSchema),
        releases: Type.Array(Type.String()),
        blacklistAdditions: Type.Array(Type.String()),
        blacklistRemovals: Type.Array(Type.String()),
      }),
      result: Type.Object({
        /** Why asks wait, if they do: the refusal of the Scheduler with its numbers. */
        pendingReason: Type.Optional(Type.String()),
        headroom: ResourceSchema,
        nodes: Type.Integer(),
      }),
    },
    /** Step 10. */
    heartbeat: {
      params: Type.Object({ progress: Type.Number({ minimum: 0, maximum: 1 }), events: Type.Array(ChainEventSchema) }),
      /** A new attempt token, when the one that it holds grows old or its key was rolled: for the next connection. */
      result: Type.Object({ attemptToken: Type.Optional(Type.String()) }),
    },
    trackingUrl: { params: Type.Object({ trackingUrl: Type.String() }), result: Empty },
    finish: {
      params: Type.Object({
        finalStatus: FinalStatusSchema,
        diagnostics: Type.String(),
        trackingUrl: Type.String(),
        events: Type.Array(ChainEventSchema),
      }),
      result: Empty,
    },
  },
});
