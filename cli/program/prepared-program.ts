/** A program made ready to run in the client: bundled, laid out in a folder of its own, bound to the API. */
import type { JobExecutionResult, SubmittedJob } from '../../runtime/api/host.js';
import * as api from '../../runtime/api/index.js';
import {
  API_SYMBOL,
  bundleProgram,
  describeFiles,
  materializeArtifact,
  readArtifactFile,
  runProgram,
  type Artifact,
  type ProgramExecution,
} from '../../runtime/bundle/index.js';
import { clusterOptions, yarnOptions, type Configuration } from '../../runtime/common/config/index.js';
import { newJobId } from '../../runtime/common/ids.js';
import { createJobGraph } from '../../runtime/graph/job-graph-generator.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import type { StreamGraph } from '../../runtime/graph/stream-graph.js';
import { TemporaryFolder } from '../../runtime/local/temporary-folder.js';

export interface PreparedProgram {
  readonly artifact: Artifact;
  /** Where the artifact lies; removed when this process ends. */
  readonly folder: string;
}

/** What becomes of a job graph: it is run somewhere. */
export type JobExecutor = (
  jobGraph: JobGraph,
  program: PreparedProgram,
  onSubmitted: (job: SubmittedJob) => void,
) => Promise<JobExecutionResult>;

/** @throws BUNDLE_… for what is wrong with the program or the files to ship */
export async function prepareProgram(programPath: string, configuration: Configuration): Promise<PreparedProgram> {
  const artifact = await bundleProgram(programPath, {
    apiExports: Object.keys(api),
    ship: configuration.get(yarnOptions.shipFiles),
  });
  const { path: folder } = new TemporaryFolder('weft-program-');
  await materializeArtifact(artifact.files, readArtifactFile, folder);
  return { artifact, folder };
}

/**
 * Runs the program's main part; each `execute()` becomes a job graph for the executor.
 * @param beforeExecute looks at the graph before the executor gets it
 * @throws BUNDLE_PROGRAM_FAILED, BUNDLE_NO_JOB, or what the executor threw
 */
export async function runPrepared(
  program: PreparedProgram,
  args: readonly string[],
  configuration: Configuration,
  execute: JobExecutor,
  beforeExecute: (streamGraph: StreamGraph) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  (globalThis as unknown as Record<symbol, unknown>)[API_SYMBOL] = api;
  const { artifact, folder } = program;
  await runProgram({
    folder,
    entry: artifact.entry,
    args,
    parallelism: configuration.get(clusterOptions.parallelism),
    configuration: configuration.toProperties(),
    execute: async (streamGraph, execution, onSubmitted) => {
      const jobGraph = createJobGraph(streamGraph, { jobId: newJobId(), program: programOf(artifact, execution) });
      await beforeExecute(streamGraph);
      return execute(jobGraph, program, onSubmitted);
    },
  });
}

function programOf(artifact: Artifact, { executeIndex, context }: ProgramExecution): JobGraph['program'] {
  return { entry: artifact.entry, files: describeFiles(artifact), executeIndex, context };
}
