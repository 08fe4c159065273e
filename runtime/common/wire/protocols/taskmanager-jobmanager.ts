/** TaskManager (client) ↔ JobManager (server): slots, heartbeats, tasks. */
import { Type, type Static } from 'typebox';
import { ChainEventSchema } from '../../events/chain-events.js';
import { WireErrorSchema } from '../frames.js';
import { defineProtocol } from '../protocol.js';
import { AcknowledgementSchema, CheckpointOrderSchema, TaskRestoreSchema } from './checkpoints.js';
import { Empty } from './shared.js';
import { FINDINGS } from './task-findings.js';

export const HardwareSchema = Type.Object({
  cpuCores: Type.Integer(),
  physicalMemoryBytes: Type.Number(),
  freeMemoryBytes: Type.Number(),
});

/** The division of a TaskManager's memory, bytes. */
export const MemoryPlanSchema = Type.Object({
  processBytes: Type.Number(),
  networkBytes: Type.Number(),
  managedBytes: Type.Number(),
  heapBytes: Type.Number(),
  overheadBytes: Type.Number(),
  segmentBytes: Type.Number(),
});
export type MemoryPlan = Static<typeof MemoryPlanSchema>;

/** Where a TaskManager's data plane listens. */
export const DataAddressSchema = Type.Object({ host: Type.String(), port: Type.Integer() });
export type DataAddress = Static<typeof DataAddressSchema>;

export const ExecutionStateSchema = Type.Union([
  Type.Literal('CREATED'),
  Type.Literal('SCHEDULED'),
  Type.Literal('DEPLOYING'),
  Type.Literal('INITIALIZING'),
  Type.Literal('RUNNING'),
  Type.Literal('FINISHED'),
  Type.Literal('CANCELING'),
  Type.Literal('CANCELED'),
  Type.Literal('FAILED'),
]);
export type ExecutionState = Static<typeof ExecutionStateSchema>;

/** One input channel of a task: where its producer runs. */
export const ChannelSchema = Type.Object({
  /** Unique in the job: `<edgeId>:<producer subtask>-<consumer subtask>`. */
  channelId: Type.String(),
  producerSubtask: Type.Integer(),
  consumerSubtask: Type.Integer(),
  /** The other end: the consumer for an output, the producer for an input. For the output of a blocking edge the producer itself. */
  peer: Type.Object({
    resourceId: Type.String(),
    slot: Type.Integer(),
    data: DataAddressSchema,
  }),
});
export type Channel = Static<typeof ChannelSchema>;

/** All that a slot thread must know to run one subtask. */
export const TaskDescriptorSchema = Type.Object({
  executionId: Type.String(),
  vertexId: Type.String(),
  subtask: Type.Integer(),
  attempt: Type.Integer(),
  /** For each job edge into the vertex, its channels in order of producer. */
  inputs: Type.Array(Type.Object({ edgeId: Type.String(), channels: Type.Array(ChannelSchema) })),
  /** For each job edge out of the vertex, its channels in order of consumer. */
  outputs: Type.Array(Type.Object({ edgeId: Type.String(), channels: Type.Array(ChannelSchema) })),
  /** Left out when the job starts without state. */
  restore: Type.Optional(TaskRestoreSchema),
  /** Checkpoints go on when inputs have ended, so that sinks wait for one with their last commit. @default false */
  finalCheckpoint: Type.Optional(Type.Boolean()),
  /** When the job was submitted, epoch ms: what is older is none of its output. @default now */
  submittedMs: Type.Optional(Type.Number()),
});
export type TaskDescriptor = Static<typeof TaskDescriptorSchema>;

/** Figures of one subtask, absolute since its start. */
export const TaskMetricsSchema = Type.Object({
  executionId: Type.String(),
  recordsIn: Type.Number(),
  recordsOut: Type.Number(),
  bytesIn: Type.Number(),
  bytesOut: Type.Number(),
  busyMs: Type.Number(),
  backPressuredMs: Type.Number(),
  idleMs: Type.Number(),
  /** How far the input has come in event time; MIN_WATERMARK before the first watermark, and for sources. */
  inputWatermarkMs: Type.Optional(Type.Number()),
  /** As the subtask has told those behind it, since when that stands (epoch ms), and whether it said that it is idle (1). */
  outputWatermarkMs: Type.Optional(Type.Number()),
  outputWatermarkSinceMs: Type.Optional(Type.Number()),
  outputIdle: Type.Optional(Type.Number()),
  /** For how long the subtask has kept its thread now; left out when that is not for too long. */
  blockedMs: Type.Optional(Type.Number()),
  ...FINDINGS,
});
export type TaskMetrics = Static<typeof TaskMetricsSchema>;

/** What a job uses of a slot's managed memory, bytes. */
export const SlotManagedUsageSchema = Type.Object({
  jobId: Type.String(),
  slot: Type.Integer(),
  totalBytes: Type.Number(),
  usedBytes: Type.Number(),
  owners: Type.Array(
    Type.Object({
      owner: Type.String(),
      usedBytes: Type.Number(),
      budgetBytes: Type.Number(),
      /** Written to files for want of memory. */
      spilledBytes: Type.Number(),
    }),
  ),
});
export type SlotManagedUsage = Static<typeof SlotManagedUsageSchema>;
/** A split of a source as its serializer wrote it. */
export const SerializedSplitSchema = Type.Object({
  splitId: Type.String(),
  version: Type.Integer(),
  /** base64 */
  data: Type.String(),
});
export type SerializedSplit = Static<typeof SerializedSplitSchema>;

/** Plain data of a user's source, a structured clone in base64. */
const SourceEventSchema = Type.Object({ type: Type.Literal('event'), data: Type.String() });

/** What the enumerator of a source says to a reader. */
export const ToReaderSchema = Type.Union([
  Type.Object({ type: Type.Literal('addSplits'), splits: Type.Array(SerializedSplitSchema) }),
  Type.Object({ type: Type.Literal('noMoreSplits') }),
  SourceEventSchema,
  /** The JobManager's own word: what is further than this in event time waits. */
  Type.Object({ type: Type.Literal('alignment'), maxWatermarkMs: Type.Number() }),
]);
export type ToReader = Static<typeof ToReaderSchema>;

/** What a reader says to the enumerator. */
export const FromReaderSchema = Type.Union([
  Type.Object({ type: Type.Literal('register') }),
  Type.Object({ type: Type.Literal('requestSplit') }),
  SourceEventSchema,
  /** For the JobManager itself: how far the reader has come; MAX_WATERMARK while it is idle, and behind its end. */
  Type.Object({ type: Type.Literal('watermark'), watermarkMs: Type.Number() }),
]);
export type FromReader = Static<typeof FromReaderSchema>;

export const taskManagerProtocol = defineProtocol({
  name: 'TaskManager-JobManager',
  path: '/weft/v1/ws/taskmanager',
  client: {
    /**
     * Runs these subtasks of a job in one slot, in one thread. They belong to one region of the job (counted from 0); each region
     * that has subtasks in the slot has a thread of its own. Answered when the thread has built them (state
     * INITIALIZING); RUNNING and all that follows is told by `taskStates`. The job graph and the artifact are fetched
     * by their hashes from the JobManager's store: `GET /weft/v1/blobs/{sha256}`.
     */
    submitTasks: {
      params: Type.Object({
        jobId: Type.String(),
        /** Grows with each restart of the region; tasks of older ones are cancelled first. */
        jobAttempt: Type.Integer(),
        slot: Type.Integer(),
        region: Type.Integer(),
        /** How many regions share the slot and its memory. */
        regionsInSlot: Type.Integer({ minimum: 1 }),
        /** Hash of the JobGraph's JSON, which names the artifact's files. */
        jobGraph: Type.String(),
        tasks: Type.Array(TaskDescriptorSchema),
      }),
      /** `thread`: number of the worker thread in the TaskManager's process. */
      result: Type.Object({ thread: Type.Optional(Type.Integer()) }),
    },
    /** All subtasks of the region in this slot start to work: sent when every slot that is deployed with it has answered. */
    startTasks: {
      params: Type.Object({ jobId: Type.String(), slot: Type.Integer(), region: Type.Integer() }),
      result: Empty,
    },
    /** Cancels these regions of the job in these slots; each subtask ends CANCELED, then the threads are thrown away. */
    cancelTasks: {
      params: Type.Object({
        jobId: Type.String(),
        slots: Type.Array(Type.Integer()),
        /** Left out: all of them. */
        regions: Type.Optional(Type.Array(Type.Integer())),
      }),
      result: Empty,
    },
    /** These tasks of a slot begin a checkpoint: they have nobody before them who would send them a barrier. */
    triggerCheckpoint: {
      params: Type.Object({
        jobId: Type.String(),
        slot: Type.Integer(),
        region: Type.Integer(),
        executionIds: Type.Array(Type.String()),
        order: CheckpointOrderSchema,
      }),
    },
    /** What became of a checkpoint, for all tasks of the job here. Best effort. */
    checkpointEnded: {
      params: Type.Object({
        jobId: Type.String(),
        checkpointId: Type.Integer(),
        outcome: Type.Union([Type.Literal('complete'), Type.Literal('aborted')]),
      }),
    },
    /** What the job's blocking edges left here is not needed any longer. */
    releasePartitions: { params: Type.Object({ jobId: Type.String() }) },
    /**
     * Records that a job's collect sink keeps for the client, from a position on; those before it have arrived. Answered
     * after a short wait when there are none yet.
     */
    collectResults: {
      params: Type.Object({
        jobId: Type.String(),
        slot: Type.Integer(),
        region: Type.Integer(),
        from: Type.Integer({ minimum: 0 }),
      }),
      /** `records`: structured clones, base64. `ended`: no record follows this one. */
      result: Type.Object({ records: Type.Array(Type.String()), ended: Type.Boolean() }),
    },
    /** From the enumerator of a source to the reader in this execution. */
    toReader: {
      params: Type.Object({
        jobId: Type.String(),
        slot: Type.Integer(),
        region: Type.Integer(),
        executionId: Type.String(),
        message: ToReaderSchema,
      }),
    },
    /** Ends the process. */
    shutdown: { params: Type.Object({ reason: Type.String() }) },
  },
  server: {
    register: {
      params: Type.Object({
        resourceId: Type.String(),
        host: Type.String(),
        data: DataAddressSchema,
        slots: Type.Integer({ minimum: 1 }),
        memory: MemoryPlanSchema,
        hardware: HardwareSchema,
        /** `http://…` of the NodeManager that keeps its logs, or empty. */
        nodeHttpAddress: Type.String(),
        pid: Type.Integer(),
        version: Type.String(),
      }),
      /** A JobManager that does not know the tasks that still run here (it was restarted) has them cancelled first. */
      result: Type.Object({ heartbeatIntervalMs: Type.Number(), heartbeatTimeoutMs: Type.Number() }),
    },
    /** Step 8. */
    heartbeat: {
      params: Type.Object({
        metrics: Type.Array(TaskMetricsSchema),
        events: Type.Array(ChainEventSchema),
        heapUsedBytes: Type.Number(),
        residentBytes: Type.Number(),
        usedNetworkSegments: Type.Integer(),
        totalNetworkSegments: Type.Integer(),
        managedMemory: Type.Array(SlotManagedUsageSchema),
      }),
      result: Empty,
    },
    acknowledgeCheckpoint: {
      params: Type.Object({
        jobId: Type.String(),
        jobAttempt: Type.Integer(),
        acknowledgement: AcknowledgementSchema,
      }),
    },
    /** A task could not write its state. */
    declineCheckpoint: {
      params: Type.Object({
        jobId: Type.String(),
        jobAttempt: Type.Integer(),
        checkpointId: Type.Integer(),
        executionId: Type.String(),
        error: WireErrorSchema,
      }),
    },
    /** From the reader of a source to its enumerator. */
    fromReader: {
      params: Type.Object({
        jobId: Type.String(),
        jobAttempt: Type.Integer(),
        executionId: Type.String(),
        message: FromReaderSchema,
      }),
    },
    taskStates: {
      params: Type.Object({
        jobId: Type.String(),
        jobAttempt: Type.Integer(),
        changes: Type.Array(
          Type.Object({
            executionId: Type.String(),
            state: ExecutionStateSchema,
            timeMs: Type.Number(),
            error: Type.Optional(WireErrorSchema),
            metrics: Type.Optional(TaskMetricsSchema),
          }),
        ),
      }),
    },
  },
});
