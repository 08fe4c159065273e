/**
 * The second graph: operators that are chained are one vertex. Pure data, made by the client, sent to the JobManager, and
 * kept there under its content hash. Validated by this schema wherever it comes in.
 */
import { Type, type Static } from 'typebox';

const Hex32 = Type.String({ pattern: '^[0-9a-f]{32}$' });
const PartitionerName = Type.Union([
  Type.Literal('FORWARD'),
  Type.Literal('HASH'),
  Type.Literal('REBALANCE'),
  Type.Literal('RESCALE'),
  Type.Literal('SHUFFLE'),
  Type.Literal('BROADCAST'),
  Type.Literal('GLOBAL'),
  Type.Literal('CUSTOM'),
]);

/** A node of the StreamGraph without its functions. */
const StreamNodeDataSchema = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  pact: Type.Union([Type.Literal('Data Source'), Type.Literal('Operator'), Type.Literal('Data Sink')]),
  operatorType: Type.String(),
  /** 32 hex digits: murmur3-128 of the uid, else of the place in the graph. */
  operatorId: Hex32,
  uid: Type.Optional(Type.String()),
  parallelism: Type.Integer({ minimum: 1 }),
  maxParallelism: Type.Integer(),
  slotSharingGroup: Type.String(),
  chainingStrategy: Type.String(),
  declaredAt: Type.Optional(Type.String()),
  /** A source with an enumerator, which runs in the JobManager. */
  coordinated: Type.Optional(Type.Literal(true)),
  /** A source that does not run ahead of others. */
  alignment: Type.Optional(
    Type.Object({ group: Type.String(), maxDriftMs: Type.Number(), updateIntervalMs: Type.Number({ minimum: 1 }) }),
  ),
});
export type StreamNodeData = Static<typeof StreamNodeDataSchema>;

const StreamEdgeDataSchema = Type.Object({
  source: Type.Integer(),
  target: Type.Integer(),
  partitioner: PartitionerName,
  inputIndex: Type.Integer(),
  outputTag: Type.Optional(Type.String()),
  /** Whether the two nodes became one vertex, and the reasons: for a chained edge why it may, else every condition that fails. */
  chained: Type.Boolean(),
  reasons: Type.Array(Type.String()),
});
export type StreamEdgeData = Static<typeof StreamEdgeDataSchema>;

const JobVertexSchema = Type.Object({
  /** The operator id of the head of the chain. */
  id: Hex32,
  /** `A -> B`, forks `A -> (B, C -> D)`. */
  name: Type.String(),
  parallelism: Type.Integer({ minimum: 1 }),
  maxParallelism: Type.Integer({ minimum: 1 }),
  slotSharingGroup: Type.String(),
  /** StreamGraph nodes of the chain, head first, in topological order. */
  nodes: Type.Array(Type.Integer(), { minItems: 1 }),
});
export type JobVertex = Static<typeof JobVertexSchema>;

const JobEdgeSchema = Type.Object({
  /** Unique in the job: `<source node>-<target node>-<n>`. */
  id: Type.String(),
  sourceVertex: Hex32,
  targetVertex: Hex32,
  sourceNode: Type.Integer(),
  targetNode: Type.Integer(),
  inputIndex: Type.Integer(),
  /** The side output that the edge carries; left out for the main output. */
  outputTag: Type.Optional(Type.String()),
  partitioner: PartitionerName,
  /** POINTWISE: each producer reaches some consumers (FORWARD, RESCALE); ALL_TO_ALL: each reaches all. */
  pattern: Type.Union([Type.Literal('POINTWISE'), Type.Literal('ALL_TO_ALL')]),
  /** -1 = only full buffers are sent, 0 = each record. */
  bufferTimeoutMs: Type.Number({ minimum: -1 }),
  /** BLOCKING: the producers write files, and the consumers begin when all of them have ended. @default PIPELINED */
  exchange: Type.Optional(Type.Union([Type.Literal('PIPELINED'), Type.Literal('BLOCKING')])),
  /** The order in which the consumer gets the records, for people: `by key`. Left out: as they come. */
  sorted: Type.Optional(Type.String()),
});
export type JobEdge = Static<typeof JobEdgeSchema>;

/**
 * Whether what is on its way along the edge can be part of a checkpoint. As in Flink not where each producer has consumers of its own,
 * and not where all get everything: it could not be given out again at another parallelism.
 */
export function isOvertakable({ pattern, partitioner }: Pick<JobEdge, 'pattern' | 'partitioner'>): boolean {
  return pattern === 'ALL_TO_ALL' && partitioner !== 'BROADCAST';
}

/** A file of the artifact, in the JobManager's store under its hash, laid out under its path for the slot threads. */
export const ArtifactFileSchema = Type.Object({
  path: Type.String(),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  sizeBytes: Type.Integer({ minimum: 0 }),
});
export type ArtifactFile = Static<typeof ArtifactFileSchema>;

/** What the client's run of the program saw, so that a run in a slot thread sees the same. */
export const RecordedContextSchema = Type.Object({
  args: Type.Array(Type.String()),
  cwd: Type.String(),
  /** Only the variables that the program read; null = it was not set. */
  environment: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])),
  /** Readings of the wall clock, in order. */
  clockMs: Type.Array(Type.Number()),
  /** Readings of the monotonic clock, in order. */
  monotonicMs: Type.Array(Type.Number()),
  /** Readings of Math.random and crypto, in order. */
  randoms: Type.Array(Type.Union([Type.Number(), Type.String()])),
  /** Results of `env.value(name, …)`. */
  values: Type.Record(Type.String(), Type.Unknown()),
  /** Results of the `execute()` calls before this one. */
  executions: Type.Array(Type.Unknown()),
  /** Default parallelism and configuration that the client's host offered to the program. */
  parallelism: Type.Optional(Type.Integer({ minimum: 1 })),
  configuration: Type.Optional(Type.Record(Type.String(), Type.String())),
  /** From where clock and random numbers were recorded: the program's start (default), or its import of `weft-stream`. */
  recordedFrom: Type.Optional(Type.Union([Type.Literal('start'), Type.Literal('api-import')])),
});
export type RecordedContext = Static<typeof RecordedContextSchema>;

const RestartStrategySchema = Type.Object({
  type: Type.Union([
    Type.Literal('none'),
    Type.Literal('fixed-delay'),
    Type.Literal('failure-rate'),
    Type.Literal('exponential-delay'),
  ]),
  attempts: Type.Optional(Type.Integer()),
  delayMs: Type.Optional(Type.Number()),
  failuresPerInterval: Type.Optional(Type.Integer()),
  intervalMs: Type.Optional(Type.Number()),
  initialBackoffMs: Type.Optional(Type.Number()),
  maxBackoffMs: Type.Optional(Type.Number()),
  multiplier: Type.Optional(Type.Number()),
  resetThresholdMs: Type.Optional(Type.Number()),
  jitter: Type.Optional(Type.Number()),
});

const CheckpointSettingsSchema = Type.Object({
  intervalMs: Type.Optional(Type.Number({ minimum: 10 })),
  force: Type.Optional(Type.Boolean()),
  mode: Type.Optional(Type.Union([Type.Literal('EXACTLY_ONCE'), Type.Literal('AT_LEAST_ONCE')])),
  timeoutMs: Type.Optional(Type.Number({ minimum: 10 })),
  minPauseMs: Type.Optional(Type.Number({ minimum: 0 })),
  maxConcurrent: Type.Optional(Type.Integer({ minimum: 1 })),
  unaligned: Type.Optional(Type.Boolean()),
  alignedTimeoutMs: Type.Optional(Type.Number({ minimum: 0 })),
  forceUnaligned: Type.Optional(Type.Boolean()),
  tolerableFailures: Type.Optional(Type.Integer({ minimum: 0 })),
  retention: Type.Optional(
    Type.Union([
      Type.Literal('NO_EXTERNALIZED_CHECKPOINTS'),
      Type.Literal('DELETE_ON_CANCELLATION'),
      Type.Literal('RETAIN_ON_CANCELLATION'),
    ]),
  ),
  afterTasksFinish: Type.Optional(Type.Boolean()),
  directory: Type.Optional(Type.String()),
  savepointDirectory: Type.Optional(Type.String()),
  numRetained: Type.Optional(Type.Integer({ minimum: 1 })),
  inlineThresholdBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  incremental: Type.Optional(Type.Boolean()),
});

export const JobGraphSchema = Type.Object({
  jobId: Hex32,
  name: Type.String(),
  settings: Type.Object({
    parallelism: Type.Integer({ minimum: 1 }),
    maxParallelism: Type.Integer(),
    objectReuse: Type.Boolean(),
    chaining: Type.Boolean(),
    bufferTimeoutMs: Type.Number({ minimum: -1 }),
    /** How often watermark generators are asked; 0 = never. @default 200 */
    autoWatermarkIntervalMs: Type.Optional(Type.Number({ minimum: 0 })),
    allowUnalignedSplits: Type.Optional(Type.Boolean()),
    timeCharacteristic: Type.Optional(
      Type.Union([Type.Literal('event'), Type.Literal('ingestion'), Type.Literal('processing')]),
    ),
    restartStrategy: Type.Optional(RestartStrategySchema),
    globalJobParameters: Type.Record(Type.String(), Type.String()),
    /** @default STREAMING */
    runtimeMode: Type.Optional(Type.Union([Type.Literal('STREAMING'), Type.Literal('BATCH')])),
    checkpointing: Type.Optional(CheckpointSettingsSchema),
    restore: Type.Optional(
      Type.Object({
        path: Type.String(),
        allowNonRestoredState: Type.Boolean(),
        claimMode: Type.Optional(Type.Union([Type.Literal('NO_CLAIM'), Type.Literal('CLAIM'), Type.Literal('LEGACY')])),
      }),
    ),
    /** @default hashmap */
    stateBackend: Type.Optional(Type.Union([Type.Literal('hashmap'), Type.Literal('rocksdb')])),
  }),
  /** The StreamGraph as data, with what became of each edge: for the plan, `weft info` and the page. */
  streamNodes: Type.Array(StreamNodeDataSchema),
  streamEdges: Type.Array(StreamEdgeDataSchema),
  /** In topological order. */
  vertices: Type.Array(JobVertexSchema, { minItems: 1 }),
  edges: Type.Array(JobEdgeSchema),
  program: Type.Object({
    /** Path of the bundled program among the files. */
    entry: Type.String(),
    files: Type.Array(ArtifactFileSchema),
    /** Which `execute()` of the program made this graph, from 0. */
    executeIndex: Type.Integer({ minimum: 0 }),
    context: RecordedContextSchema,
  }),
});
export type JobGraph = Static<typeof JobGraphSchema>;
