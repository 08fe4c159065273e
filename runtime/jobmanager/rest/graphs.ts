/** The four graphs of a running job as data, for `weft info JOBID` and the page. Pure. */
import type { Execution } from '../job/execution.js';
import type { JobMaster } from '../job/job-master.js';
import { subtaskName } from '../../graph/execution-graph.js';
import { isStaged } from '../../graph/stages.js';
import { ioMetricsOf } from './figures.js';

/** The slots of a job with what runs in them; of one that runs stage by stage, with what has run in them so far. */
function slotsOf(job: JobMaster): { group: string; members: Execution[] }[] {
  const { graph, jobGraph } = job;
  const executions = job.allExecutions();
  if (!isStaged(jobGraph)) {
    const byName = new Map(executions.map((execution) => [subtaskName(execution), execution]));
    return graph.slots.map(({ group, subtasks }) => ({
      group,
      members: subtasks.map((key) => byName.get(subtaskName(key))).filter((it) => it !== undefined),
    }));
  }
  const bySlot = new Map<string, Execution[]>();
  for (const execution of executions) {
    const { resourceId = '', slot = 0 } = execution.place ?? {};
    const name = `${resourceId} ${slot}`;
    bySlot.set(name, [...(bySlot.get(name) ?? []), execution]);
  }
  return [...bySlot.values()].map((members) => ({ group: graph.slots[0]?.group ?? '', members }));
}

export function graphsOf(job: JobMaster, nowMs: number): object {
  const { jobGraph, graph } = job;
  const { streamNodes, streamEdges, vertices, edges } = jobGraph;
  const executions = job.allExecutions();
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
      slots: slotsOf(job).map(({ group, members }, n) => {
        const { place, thread } = members.find((it) => it.place !== undefined) ?? {};
        return {
          number: n,
          group,
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
