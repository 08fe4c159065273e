/** What `weft info` prints. */
import {
  describeExecutionGraph,
  describeJobGraph,
  describePhysicalGraph,
  describeStreamGraph,
  type SubtaskPlace,
} from '../../runtime/graph/describe/index.js';
import { expand } from '../../runtime/graph/execution-graph.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import { executionPlanJson } from '../../runtime/graph/plan-json.js';
import type { Configuration } from '../../runtime/common/config/index.js';
import type { TaskManagerMemory } from '../../runtime/jobmanager/rest/memory.js';
import { memoryInUseText, memoryPlanText } from './memory.js';

const PLAN_TITLE = '----------------------- Execution Plan -----------------------';
const PLAN_END = '--------------------------------------------------------------';

/** What a JobManager answers for a running job. */
export interface RunningJobGraphs {
  jobId: string;
  name: string;
  state: string;
  streamGraph: { nodes: JobGraph['streamNodes']; edges: JobGraph['streamEdges'] };
  jobGraph: { vertices: JobGraph['vertices']; edges: JobGraph['edges'] };
  memory: TaskManagerMemory[];
  physicalGraph: {
    slots: {
      place?: { resourceId: string; slot: number; thread: string };
      subtasks: { vertexId: string; subtask: number; state: string }[];
    }[];
  };
}

/** The graphs for people, then the plan in the form that scripts know from Flink. */
export function textOfProgram(jobGraph: JobGraph, configuration: Configuration): string {
  return [
    describeStreamGraph(jobGraph),
    '',
    describeJobGraph(jobGraph),
    '',
    describeExecutionGraph(jobGraph),
    '',
    memoryPlanText(configuration),
    '',
    PLAN_TITLE,
    JSON.stringify(executionPlanJson(jobGraph), null, 2),
    PLAN_END,
    '',
    'No description provided.',
  ].join('\n');
}

export function jsonOfProgram(jobGraph: JobGraph): string {
  const { name, settings, streamNodes, streamEdges, vertices, edges } = jobGraph;
  const { slots, channels } = expand(jobGraph);
  const graphs = {
    name,
    settings,
    streamGraph: { nodes: streamNodes, edges: streamEdges },
    jobGraph: { vertices, edges },
    executionGraph: { slots, channels: [...channels].map(([edgeId, list]) => ({ edgeId, channels: list })) },
    executionPlan: executionPlanJson(jobGraph),
  };
  return JSON.stringify(graphs, null, 2);
}

export function textOfRunningJob(graphs: RunningJobGraphs): string {
  const jobGraph = dataOf(graphs);
  const places = graphs.physicalGraph.slots.flatMap(({ place, subtasks }) =>
    subtasks.map((subtask): SubtaskPlace => ({
      ...subtask,
      taskManager: place?.resourceId ?? '(none yet)',
      slot: place?.slot,
      thread: place?.thread,
    })),
  );
  return [
    `Job ${graphs.jobId} "${graphs.name}" is ${graphs.state}`,
    '',
    describeStreamGraph(jobGraph),
    '',
    describeJobGraph(jobGraph),
    '',
    describeExecutionGraph(jobGraph),
    '',
    describePhysicalGraph(jobGraph, places),
    '',
    memoryInUseText(graphs.memory),
  ].join('\n');
}

/** The parts of a job graph that its descriptions look at. */
export function dataOf({ name, streamGraph, jobGraph }: RunningJobGraphs): JobGraph {
  const data: Omit<JobGraph, 'jobId' | 'settings' | 'program'> = {
    name,
    streamNodes: streamGraph.nodes,
    streamEdges: streamGraph.edges,
    ...jobGraph,
  };
  return data as JobGraph;
}
