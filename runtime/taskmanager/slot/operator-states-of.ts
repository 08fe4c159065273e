import type { Clock } from '../../common/clock.js';
import type { TaskDescriptor } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';
import type { StreamNode } from '../../graph/stream-graph.js';
import { keyGroupRange } from '../../serde/index.js';
import { OperatorStates } from '../../state/index.js';
import type { SlotMemory } from './slot-memory.js';

/** What the operators of a subtask keep for checkpoints, under their ids, for the key groups of the subtask. */
export function operatorStatesOf(
  jobGraph: JobGraph,
  { maxParallelism, parallelism }: JobVertex,
  { subtask, executionId }: TaskDescriptor,
  { clock, memory }: { readonly clock: Clock; readonly memory: SlotMemory },
): (node: StreamNode) => OperatorStates {
  const keySpace = { maxParallelism, keyGroups: keyGroupRange(maxParallelism, parallelism, subtask) };
  return ({ id, name }) => {
    const operatorId = jobGraph.streamNodes.find((node) => node.id === id)?.operatorId ?? '';
    const makeStore = memory.storeOf(executionId, operatorId, name);
    return new OperatorStates({ operatorId, operatorName: name }, keySpace, clock, makeStore);
  };
}
