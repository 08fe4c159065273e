/** The graph that a program would run, without running it. */
import type { Configuration } from '../../runtime/common/config/index.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import { prepareProgram, runPrepared } from './prepared-program.js';

/**
 * Runs the program's main part up to its first `execute()`, where it stays for the rest of this process.
 * @throws BUNDLE_…, GRAPH_… for what is wrong with the program
 */
export async function firstJobGraph(
  path: string,
  args: readonly string[],
  configuration: Configuration,
): Promise<JobGraph> {
  const program = await prepareProgram(path, configuration);
  return new Promise((resolve, reject) => {
    runPrepared(program, args, configuration, (jobGraph) => {
      resolve(jobGraph);
      return new Promise(() => {});
    }).catch(reject);
  });
}
