/** The graphs that a program would run, without running them. */
import type { Configuration } from '../../runtime/common/config/index.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import type { StreamGraph } from '../../runtime/graph/stream-graph.js';
import { prepareProgram, runPrepared } from './prepared-program.js';

export interface FirstGraphs {
  /** With the program's functions. */
  readonly streamGraph: StreamGraph;
  readonly jobGraph: JobGraph;
}

/**
 * Runs the program's main part up to its first `execute()`, where it stays for the rest of this process.
 * @throws BUNDLE_…, GRAPH_… for what is wrong with the program
 */
export async function firstGraphs(
  path: string,
  args: readonly string[],
  configuration: Configuration,
): Promise<FirstGraphs> {
  const program = await prepareProgram(path, configuration);
  return new Promise((resolve, reject) => {
    let streamGraph: StreamGraph | undefined;
    const keep = (graph: StreamGraph): Promise<void> => {
      streamGraph = graph;
      return Promise.resolve();
    };
    const execute = (jobGraph: JobGraph): Promise<never> => {
      if (streamGraph !== undefined) resolve({ streamGraph, jobGraph });
      return new Promise(() => {});
    };
    runPrepared(program, args, configuration, execute, keep).catch(reject);
  });
}
