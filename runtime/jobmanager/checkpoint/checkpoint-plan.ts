import { subtaskName, type ExecutionGraph } from '../../graph/execution-graph.js';
import type { ExecutionState } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { CheckpointPlan, CheckpointTask } from './pending-checkpoint.js';

interface PlannedTask extends CheckpointTask {
  readonly state: ExecutionState;
}

/**
 * Who takes part in a checkpoint as things stand. Those that read from nobody who still runs begin it; barriers reach all
 * others over their channels.
 * @returns undefined while a task neither runs nor has finished
 */
export function planCheckpoint(graph: ExecutionGraph, tasks: readonly PlannedTask[]): CheckpointPlan | undefined {
  if (!tasks.every(({ state }) => state === 'RUNNING' || state === 'FINISHED')) return undefined;
  const acknowledge = tasks.filter(({ state }) => state === 'RUNNING');
  const finished = tasks.filter(({ state }) => state === 'FINISHED');
  const over = new Set(finished.map(subtaskName));
  const reached = finished.length === 0 ? verticesWithInput(graph) : undefined;
  const fed = finished.length === 0 ? undefined : subtasksWithInput(graph, over);
  const trigger = acknowledge.filter((task) => !(reached?.has(task.vertexId) ?? fed?.has(subtaskName(task)) ?? false));
  return { trigger, acknowledge, finished };
}

/** While everybody runs, no channel need be looked at. */
function verticesWithInput({ jobGraph }: ExecutionGraph): Set<string> {
  return new Set(jobGraph.edges.map(({ targetVertex }) => targetVertex));
}

/** The subtasks that read from a subtask that is not over. */
function subtasksWithInput({ jobGraph, channels }: ExecutionGraph, over: ReadonlySet<string>): Set<string> {
  const fed = new Set<string>();
  for (const { id, sourceVertex, targetVertex } of jobGraph.edges) {
    for (const { producerSubtask, consumerSubtask } of channels.get(id) ?? []) {
      if (over.has(subtaskName({ vertexId: sourceVertex, subtask: producerSubtask }))) continue;
      fed.add(subtaskName({ vertexId: targetVertex, subtask: consumerSubtask }));
    }
  }
  return fed;
}
