/** What the TaskManager's main thread and a slot thread say to each other. */
import type { WireError } from '../../common/errors/index.js';
import type { Acknowledgement, CheckpointOrder } from '../../common/wire/protocols/checkpoints.js';
import type { TaskFindings } from '../../common/wire/protocols/task-findings.js';
import type {
  ExecutionState,
  FromReader,
  TaskDescriptor,
  ToReader,
} from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { CollectedRecords } from '../../connectors/index.js';
import type { SlotSetup } from '../../exchange/index.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { ManagedUsage } from '../../memory/index.js';
import type { SlotMemoryGrant } from './slot-memory.js';

export interface BuildTasks {
  type: 'build';
  jobGraph: JobGraph;
  /** Where the artifact lies. */
  folder: string;
  tasks: TaskDescriptor[];
  network: SlotSetup;
  memory: SlotMemoryGrant;
  /** `TaskMetricsPage` of these tasks. */
  metrics: SharedArrayBuffer;
  /** `TurnPage` of the slot. */
  turns: SharedArrayBuffer;
}

export type ToSlot =
  | BuildTasks
  | { type: 'start' }
  | { type: 'cancel' }
  | { type: 'trigger'; executionIds: string[]; order: CheckpointOrder }
  | { type: 'checkpointEnded'; end: CheckpointEnd }
  /** From the enumerator of a source. */
  | { type: 'toReader'; executionId: string; message: ToReader }
  /** Results that wait for the client, from a position on. */
  | { type: 'collect'; question: number; from: number };

export interface StateChange {
  executionId: string;
  state: ExecutionState;
  timeMs: number;
  error?: WireError;
}

/** What became of a checkpoint. */
export interface CheckpointEnd {
  checkpointId: number;
  outcome: 'complete' | 'aborted';
}

/** What a task says of a checkpoint. */
export type CheckpointReport =
  | { type: 'acknowledged'; acknowledgement: Acknowledgement }
  | { type: 'declined'; checkpointId: number; executionId: string; error: WireError };

/** What a subtask tells of itself besides its figures. */
export interface SubtaskFindings {
  executionId: string;
  findings: TaskFindings;
}

export type FromSlot =
  | { type: 'built' }
  | { type: 'buildFailed'; error: WireError }
  | { type: 'states'; changes: StateChange[] }
  | { type: 'checkpoint'; report: CheckpointReport }
  | { type: 'collected'; question: number; collected: CollectedRecords }
  | { type: 'findings'; findings: SubtaskFindings[] }
  /** What of the slot's managed memory is in use, and by whom. */
  | { type: 'managedMemory'; usage: ManagedUsage }
  | { type: 'fromReader'; executionId: string; message: FromReader }
  /** The order to cancel has arrived: the thread is not stuck in user code. */
  | { type: 'cancelling' }
  /** Something for the TaskManager's log; a logger of its own would take every slot thread time and memory. */
  | { type: 'warning'; text: string; detail: Record<string, string> }
  /** Every task has ended; the thread can be thrown away. */
  | { type: 'done' };
