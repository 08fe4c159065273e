/** What the TaskManager's main thread and a slot thread say to each other. */
import type { WireError } from '../../common/errors/index.js';
import type { Acknowledgement, CheckpointOrder } from '../../common/wire/protocols/checkpoints.js';
import type {
  AccumulatorState,
  ExecutionState,
  TaskDescriptor,
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
}

export type ToSlot =
  | BuildTasks
  | { type: 'start' }
  | { type: 'cancel' }
  | { type: 'trigger'; executionIds: string[]; order: CheckpointOrder }
  | { type: 'checkpointEnded'; end: CheckpointEnd }
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

/** What a subtask's accumulators hold. */
export interface GatheredValues {
  executionId: string;
  accumulators: AccumulatorState[];
}

export type FromSlot =
  | { type: 'built' }
  | { type: 'buildFailed'; error: WireError }
  | { type: 'states'; changes: StateChange[] }
  | { type: 'checkpoint'; report: CheckpointReport }
  | { type: 'collected'; question: number; collected: CollectedRecords }
  | { type: 'accumulators'; gathered: GatheredValues[] }
  /** What of the slot's managed memory is in use, and by whom. */
  | { type: 'managedMemory'; usage: ManagedUsage }
  /** The order to cancel has arrived: the thread is not stuck in user code. */
  | { type: 'cancelling' }
  /** Something for the TaskManager's log; a logger of its own would take every slot thread time and memory. */
  | { type: 'warning'; text: string; detail: Record<string, string> }
  /** Every task has ended; the thread can be thrown away. */
  | { type: 'done' };
