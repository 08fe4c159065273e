/** The four graphs of a running job as data, for `weft info JOBID` and the page. Pure. */
import type { JobMaster } from '../job/job-master.js';
import { subtaskName } from '../../graph/execution-graph.js';
import { ioMetricsOf } from './figures.js';

export function graphsOf(job: JobMaster, nowMs: number): object {
  const { jobGraph, graph } = job;
  const { streamNodes, streamEdges, vertices, edges } = jobGraph;
  const executions = job.allExecutions();
  const byName = new Map(executions.map((execution) => [subtaskName(execution), execution]));
  return {
    jobId: job.jobId,
    name: job.name,
    state: job.state,
    attempt: job.attempt,
    now: nowMs,
    streamGraph: { nodes: streamNodes, edges: streamEdges },
    jobGraph: { vertices, edges },
    executionGraph: {
      executions: executions.map(({ executionId, vertexId, subtask, attempt, state, enteredMs }) => ({
        executionId,
        vertexId,
        subtask,
        attempt,
        state,
        enteredMs,
      })),
      channels: [...graph.channels].map(([edgeId, channels]) => ({ edgeId, count: channels.length })),
    },
    physicalGraph: {
      slots: graph.slots.map((slot, n) => {
        const members = slot.subtasks.map((key) => byName.get(subtaskName(key))).filter((it) => it !== undefined);
        const { place, thread } = members.find((it) => it.place !== undefined) ?? {};
        return {
          number: n,
          group: slot.group,
          ...(place === undefined ? {} : { place: { ...place, ...(thread === undefined ? {} : { thread }) } }),
          subtasks: members.map((execution) => ({
            vertexId: execution.vertexId,
            subtask: execution.subtask,
            executionId: execution.executionId,
            state: execution.state,
            metrics: ioMetricsOf([execution]),
          })),
        };
      }),
    },
  };
}
