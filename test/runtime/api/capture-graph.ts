/** A host that keeps the StreamGraph instead of running it. */
import { StreamExecutionEnvironment, type JobExecutionResult } from '../../../runtime/api/index.js';
import { installHost } from '../../../runtime/api/host.js';
import type { StreamGraph } from '../../../runtime/graph/stream-graph.js';

export interface CaptureOptions {
  /** As `-p` or `parallelism.default` give it. @default 2 */
  parallelism?: number;
  configuration?: Record<string, string>;
  jobName?: string;
}

/** The graph that the program makes, as its `execute()` hands it over. */
export async function captureGraph(
  program: (env: StreamExecutionEnvironment) => void,
  { parallelism = 2, configuration = {}, jobName }: CaptureOptions = {},
): Promise<StreamGraph> {
  const captured: StreamGraph[] = [];
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const restore = installHost({
    mode: 'client',
    parallelism,
    configuration,
    execute(streamGraph) {
      captured.push(streamGraph);
      return Promise.resolve({
        jobId: '0'.repeat(32),
        jobName: streamGraph.jobName,
        netRuntimeMs: 1,
        accumulators: {},
      });
    },
    value: async (_name, compute) => compute(),
  });
  let result: Promise<JobExecutionResult>;
  try {
    program(env);
    // execute() takes the host and the operators before it first waits.
    result = env.execute(jobName);
  } finally {
    restore();
  }
  await result;
  const [graph] = captured;
  if (graph === undefined) throw new Error('execute() did not reach the host.');
  return graph;
}
