/** The parts of Flink's REST answers that the page shows. */

export interface Overview {
  taskmanagers: number;
  'slots-total': number;
  'slots-available': number;
  'jobs-running': number;
  'jobs-finished': number;
  'jobs-cancelled': number;
  'jobs-failed': number;
  'flink-version': string;
}

export interface JobRow {
  jid: string;
  name: string;
  state: string;
  'start-time': number;
  'end-time': number;
  duration: number;
  tasks: Record<string, number>;
}

export interface IoMetrics {
  'read-bytes': number;
  'write-bytes': number;
  'read-records': number;
  'write-records': number;
}

export interface VertexRow {
  id: string;
  name: string;
  parallelism: number;
  status: string;
  duration: number;
  tasks: Record<string, number>;
  metrics: IoMetrics;
}

export interface PlanNode {
  id: string;
  parallelism: number;
  description: string;
  inputs?: { id: string; ship_strategy: string }[];
}

export interface JobDetail {
  /** Epoch milliseconds at the JobManager. */
  now: number;
  jid: string;
  name: string;
  state: string;
  /** Weft's own: what the job waits for. */
  'status-message'?: string;
  'start-time': number;
  duration: number;
  vertices: VertexRow[];
  plan: { nodes: PlanNode[] };
}

export interface SubtaskRow {
  subtask: number;
  status: string;
  attempt: number;
  endpoint: string;
  'taskmanager-id': string;
  duration: number;
  metrics: IoMetrics;
}

/** Weft's own: what a subtask found out about its records. */
export interface SubtaskFindings {
  subtask: number;
  /** Keys with a great share of the records, from a sample; the most frequent first. */
  'hot-keys': { key: string; share: number }[];
  /** Fields that only the slow, generic encoding can carry. */
  fallbacks: { operator: string; path: string; reason: string }[];
  /** What each operator has taken and emitted, head first. */
  operators: { operatorId: string; name: string; recordsIn: number; recordsOut: number }[];
}

/** Weft's own: how a TaskManager's memory is divided, and what the job uses of the managed part. Bytes. */
export interface TaskManagerMemory {
  taskManager: string;
  slots: number;
  plan: Record<'processBytes' | 'networkBytes' | 'managedBytes' | 'heapBytes' | 'overheadBytes', number>;
  managed: {
    slot: number;
    usedBytes: number;
    totalBytes: number;
    owners: { owner: string; usedBytes: number; budgetBytes: number; spilledBytes: number }[];
  }[];
}

export interface ExceptionEntry {
  exceptionName: string;
  stacktrace: string;
  timestamp: number;
  taskName?: string;
  endpoint?: string;
  taskManagerId?: string;
}

export interface TaskManagerRow {
  id: string;
  path: string;
  dataPort: number;
  timeSinceLastHeartbeat: number;
  slotsNumber: number;
  freeSlots: number;
  hardware: { cpuCores: number; physicalMemory: number };
  memoryConfiguration?: Record<string, number | null>;
}

/** Of `/weft/v1/jobs/:jobid/watermarks`: who is furthest behind in event time, and since when it stands. */
export interface Watermarks {
  heldBackBy: {
    vertexName: string;
    subtask: number;
    /** Names of the sources that it reads; none for a source. */
    sources: string[];
    watermarkMs: number | null;
    sinceMs: number;
  } | null;
}

export interface CheckpointRow {
  id: number;
  status: string;
  is_savepoint: boolean;
  trigger_timestamp: number;
  end_to_end_duration: number;
  state_size: number;
  num_subtasks: number;
  num_acknowledged_subtasks: number;
  external_path?: string;
  discarded?: boolean;
  failure_message?: string;
}

export interface Checkpoints {
  counts: { completed: number; in_progress: number; failed: number };
  latest: { restored: { external_path: string; restore_timestamp: number } | null };
  /** The newest first. */
  history: CheckpointRow[];
}
