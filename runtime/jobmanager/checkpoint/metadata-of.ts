import type { CheckpointMetadata, TaskStates } from '../../checkpoint/index.js';
import { VERSION } from '../../common/version.js';
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';
import { edgesInFlight } from './in-flight-assignment.js';
import type { PendingCheckpoint } from './pending-checkpoint.js';

/** What `_metadata` says of a checkpoint that all tasks have acknowledged. */
export function metadataOf(pending: PendingCheckpoint, jobGraph: JobGraph): CheckpointMetadata {
  const tasks = jobGraph.vertices.map((vertex) => statesOf(pending, jobGraph, vertex));
  const edges = edgesInFlight(jobGraph, tasks);
  return {
    checkpointId: pending.id,
    savepoint: pending.isSavepoint,
    jobId: jobGraph.jobId,
    jobName: jobGraph.name,
    triggeredMs: pending.triggeredMs,
    writtenBy: VERSION,
    tasks,
    ...(edges.length === 0 ? {} : { edges }),
    ...(pending.enumerators.length === 0 ? {} : { enumerators: [...pending.enumerators] }),
  };
}

function statesOf(pending: PendingCheckpoint, { streamNodes }: JobGraph, vertex: JobVertex): TaskStates {
  const subtasks: TaskStates['subtasks'] = [];
  for (const { task, state } of pending.acknowledged.values()) {
    if (task.vertexId === vertex.id) subtasks.push({ subtask: task.subtask, finished: false, state });
  }
  for (const { vertexId, subtask } of pending.plan.finished) {
    if (vertexId === vertex.id) subtasks.push({ subtask, finished: true });
  }
  return {
    vertexId: vertex.id,
    parallelism: vertex.parallelism,
    maxParallelism: vertex.maxParallelism,
    operators: streamNodes
      .filter(({ id }) => vertex.nodes.includes(id))
      .map(({ operatorId, name, uid }) => ({ operatorId, name, ...(uid === undefined ? {} : { uid }) })),
    subtasks: subtasks.toSorted((a, b) => a.subtask - b.subtask),
  };
}
