/**
 * The first of the four graphs: one node an operator, as the program wrote them. It lives in the client (and is built
 * anew in each slot thread), holds the user's functions, and is turned into the JobGraph, which is pure data.
 */
import type { Partitioner, StandardSchemaV1 } from '../functions/index.js';
import type { KeyFunction, OperatorSpec } from './operator-spec.js';
import type { RuntimeMode } from './runtime-mode.js';

/** How records are spread over the subtasks of the next operator. Names are Flink's ship strategies. */
export type PartitionerKind =
  'FORWARD' | 'HASH' | 'REBALANCE' | 'RESCALE' | 'SHUFFLE' | 'BROADCAST' | 'GLOBAL' | 'CUSTOM';

export type EdgePartitioner =
  | { kind: Exclude<PartitionerKind, 'HASH' | 'CUSTOM'> }
  | { kind: 'HASH'; key: KeyFunction; declaredAt?: string | undefined }
  | { kind: 'CUSTOM'; partitioner: Partitioner<unknown>; key: KeyFunction; declaredAt?: string | undefined };

/** Whether an operator may be chained to the one before (ALWAYS), only to the one after (HEAD), or not at all (NEVER). */
export type ChainingStrategy = 'ALWAYS' | 'HEAD' | 'NEVER';

export interface StreamNode {
  /** Counts up in the order of the program, from 1. */
  id: number;
  name: string;
  /** Flink's words for the plan: Data Source, Operator, Data Sink. */
  pact: 'Data Source' | 'Operator' | 'Data Sink';
  operator: OperatorSpec;
  parallelism: number;
  /** Undefined: derived from the parallelism by Flink's rule. */
  maxParallelism: number | undefined;
  uid: string | undefined;
  slotSharingGroup: string;
  chainingStrategy: ChainingStrategy;
  /** -1 = only full buffers are sent, 0 = each record. Undefined: the job's. */
  bufferTimeoutMs: number | undefined;
  /** What the operator's records must be, if the program declared it. */
  outputType?: StandardSchemaV1;
  /** The line of the user's program that made the node, `file:line:column`, for error messages. */
  declaredAt: string | undefined;
}

export interface StreamEdge {
  source: number;
  target: number;
  partitioner: EdgePartitioner;
  /** 0 for single-input operators; the input's number for connected streams. Parallel edges of a union share it. */
  inputIndex: number;
  /** The side output that the edge carries; left out for the main output. */
  outputTag?: string;
}

export interface RestartStrategyConfig {
  type: 'none' | 'fixed-delay' | 'failure-rate' | 'exponential-delay';
  attempts?: number;
  delayMs?: number;
  failuresPerInterval?: number;
  intervalMs?: number;
  initialBackoffMs?: number;
  maxBackoffMs?: number;
  multiplier?: number;
  resetThresholdMs?: number;
  jitter?: number;
}

/** What the job itself says of its checkpoints; what is left out is the cluster's. Times are milliseconds. */
export interface CheckpointSettings {
  /** Left out: no periodic checkpoints. */
  intervalMs?: number;
  /** Checkpoints though the job has loops, whose records are in none. @default false */
  force?: boolean;
  mode?: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE';
  timeoutMs?: number;
  minPauseMs?: number;
  maxConcurrent?: number;
  /** Whether what is on its way is part of checkpoints, so that barriers overtake it. @default false */
  unaligned?: boolean;
  /** Each checkpoint begins aligned, and becomes unaligned after this time. @default 0: at once */
  alignedTimeoutMs?: number;
  /** Unaligned though the job has loops or partitioners of the program. @default false */
  forceUnaligned?: boolean;
  tolerableFailures?: number;
  retention?: 'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION';
  afterTasksFinish?: boolean;
  directory?: string;
  savepointDirectory?: string;
  numRetained?: number;
  inlineThresholdBytes?: number;
  /** Whether checkpoints share files, where state is on disk. @default true (Flink: false) */
  incremental?: boolean;
}

/**
 * Whose the files are that a job starts from. NO_CLAIM: the former owner's; the job soon needs them no more. CLAIM: the job's, which
 * deletes them when it has later ones. LEGACY: the former owner's, but the job goes on needing them.
 */
export type ClaimMode = 'NO_CLAIM' | 'CLAIM' | 'LEGACY';

/** A savepoint or retained checkpoint that the job starts from. */
export interface RestoreSettings {
  path: string;
  /** State that no operator claims may be left behind. */
  allowNonRestoredState: boolean;
  /** @default NO_CLAIM */
  claimMode?: ClaimMode;
}

/** Where keyed state lies: on the heap, or on the node's disk. */
export type StateBackendName = 'hashmap' | 'rocksdb';

/** What holds for the whole job. */
export interface JobSettings {
  parallelism: number;
  /** -1: derived per operator. */
  maxParallelism: number;
  objectReuse: boolean;
  chaining: boolean;
  /** Whether operators may be chained whose maximum parallelism differs. @default true */
  chainDifferentMaxParallelism?: boolean;
  /** -1 = only full buffers, 0 = each record. */
  bufferTimeoutMs: number;
  /** How often watermark generators are asked; 0 = never. @default 200 */
  autoWatermarkIntervalMs?: number;
  /** Whether splits of a reader that cannot pause them may run ahead within it. @default false */
  allowUnalignedSplits?: boolean;
  /** What time means where a program does not say. @default event */
  timeCharacteristic?: 'event' | 'ingestion' | 'processing';
  /** Undefined: the cluster's. */
  restartStrategy: RestartStrategyConfig | undefined;
  globalJobParameters: Record<string, string>;
  /** STREAMING or BATCH once the graph is built. @default STREAMING */
  runtimeMode?: RuntimeMode;
  /** BATCH: whether a stage begins only when the one before has ended. @default true */
  blockingExchanges?: boolean;
  /** Left out: all of it is the cluster's. */
  checkpointing?: CheckpointSettings;
  restore?: RestoreSettings;
  /** @default hashmap */
  stateBackend?: StateBackendName;
}

export interface StreamGraph {
  jobName: string;
  nodes: StreamNode[];
  edges: StreamEdge[];
  settings: JobSettings;
}
