/** From a function that describes a job to its graphs. */
import { installHost } from '../api/host.js';
import { StreamExecutionEnvironment } from '../api/index.js';
import { newJobId } from '../common/ids.js';
import { createJobGraph } from '../graph/job-graph-generator.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { StreamGraph } from '../graph/stream-graph.js';

/** Describes a job; what calls it executes it, so it does not call `execute()` itself. */
export type DescribeJob = (env: StreamExecutionEnvironment) => void;

export interface DescribeOptions {
  jobName?: string;
  /** Of operators for which the job sets none. @default 1 */
  parallelism?: number;
  configuration?: Readonly<Record<string, string>>;
}

/** The job's graph with the functions as this call of `describe` makes them. @throws API_…, GRAPH_… */
export async function streamGraphOf(
  describe: DescribeJob,
  { jobName, parallelism = 1, configuration = {} }: DescribeOptions = {},
): Promise<StreamGraph> {
  let captured: StreamGraph | undefined;
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const removeHost = installHost({
    mode: 'client',
    parallelism,
    configuration,
    execute(streamGraph) {
      captured ??= streamGraph;
      return Promise.resolve({ jobId: '', jobName: streamGraph.jobName, netRuntimeMs: 0, accumulators: {} });
    },
    value: async (_name, compute) => compute(),
  });
  let described: Promise<unknown>;
  try {
    describe(env);
    // Takes the host and the operators before it first waits.
    described = env.execute(jobName);
  } finally {
    removeHost();
  }
  await described;
  return captured as StreamGraph;
}

/** The graph that goes to a JobManager. No file belongs to it: the functions are in this process. */
export function jobGraphOf(streamGraph: StreamGraph): JobGraph {
  const context = { args: [], cwd: '', environment: {}, clockMs: [], monotonicMs: [], randoms: [], values: {} };
  return createJobGraph(streamGraph, {
    jobId: newJobId(),
    program: { entry: '', files: [], executeIndex: 0, context: { ...context, executions: [] } },
  });
}
