/** Gives jobs to a cluster, tells about them in the lines that scripts read, and waits for their end. */
import type { JobExecutionResult, SubmittedJob } from '../../runtime/api/host.js';
import type { Configuration } from '../../runtime/common/config/index.js';
import { clusterOptions } from '../../runtime/common/config/index.js';
import { readArtifactFile, type ArtifactSource } from '../../runtime/bundle/index.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import { outcomeError } from '../../runtime/local/job-outcome.js';
import { deployApplication } from '../client/deploy.js';
import { clusterOfApplication, type ClusterContext } from './clusters.js';
import { JobManagerClient } from './job-manager-client.js';
import { waitForJob, type JobCluster } from './job-waiting.js';
import { cancelAndWait } from './interrupted-job.js';
import type { Interrupts } from './interrupts.js';
import type { JobExecutor } from './prepared-program.js';

export interface ExecutionContext extends ClusterContext {
  configuration: Configuration;
  /** A line on stdout. */
  print: (line: string) => void;
  interrupts: Interrupts;
}

/** Each job is given to this cluster, which goes on after it. */
export function submitTo(cluster: Promise<JobCluster>, context: ExecutionContext): JobExecutor {
  return async (jobGraph, program, onSubmitted) => {
    const known = await cluster;
    const client = new JobManagerClient(known.jobManagerUrl);
    try {
      await uploadMissing(client, program.artifact.files);
      await client.submit(jobGraph);
    } finally {
      client.close();
    }
    return finish(jobGraph, known, context, onSubmitted);
  };
}

/** Each job gets an application of its own, which ends with it. */
export function deployPerJob(context: ExecutionContext): JobExecutor {
  return async (jobGraph, program, onSubmitted) => {
    const { configuration, clock, notify } = context;
    const deployment = await deployApplication(
      { mode: 'per-job', configuration, jobGraph, artifact: program.artifact.files },
      { client: await context.resourceManager(), clock, notify },
    );
    const { applicationId } = deployment;
    notify(`Submitted application ${applicationId}`);
    // Until its job is known to run, nobody but this command knows of it.
    const submitted = context.interrupts.during(async () => {
      notify(`Killing application ${applicationId}.`);
      await (await context.resourceManager()).kill(applicationId);
    });
    const { jobManagerUrl } = await deployment.waitUntilRunning();
    submitted();
    return finish(jobGraph, clusterOfApplication(applicationId, jobManagerUrl, context), context, onSubmitted);
  };
}

async function finish(
  jobGraph: JobGraph,
  cluster: JobCluster,
  context: ExecutionContext,
  onSubmitted: (job: SubmittedJob) => void,
): Promise<JobExecutionResult> {
  const { jobId, name: jobName } = jobGraph;
  const { clock, configuration, notify, print } = context;
  print(`Job has been submitted with JobID ${jobId}`);
  onSubmitted(submittedJob(jobId, cluster));
  if (!configuration.get(clusterOptions.attached)) {
    return { jobId, jobName, netRuntimeMs: -1, accumulators: {} };
  }
  const ended = context.interrupts.during(() => {
    if (!configuration.get(clusterOptions.shutdownOnAttachedExit)) {
      notify(`Job ${jobId} goes on. To end it: weft cancel ${jobId}`);
      return;
    }
    notify(`Cancelling job ${jobId}.`);
    return cancelAndWait(jobId, cluster, clock);
  });
  try {
    const outcome = await waitForJob(jobId, cluster, { clock, notify });
    const error = outcomeError(jobId, outcome);
    if (error !== undefined) throw error;
    printFinished({ jobId, jobName, ...outcome }, print);
    return { jobId, jobName, netRuntimeMs: outcome.netRuntimeMs, accumulators: outcome.accumulators };
  } finally {
    ended();
  }
}

/** What the program may ask of its job while that runs. */
function submittedJob(jobId: string, cluster: JobCluster): SubmittedJob {
  const ask = async <R>(question: (client: JobManagerClient) => Promise<R>): Promise<R> => {
    const client = new JobManagerClient(cluster.jobManagerUrl);
    try {
      return await question(client);
    } finally {
      client.close();
    }
  };
  return {
    jobId,
    status: () => ask((client) => client.status(jobId)),
    cancel: () => ask((client) => client.cancel(jobId)),
    results: (node, from) => ask((client) => client.results(jobId, node, from)),
  };
}

/** The lines after an attached job. */
export function printFinished(
  { jobId, netRuntimeMs, accumulators }: JobExecutionResult,
  print: (line: string) => void,
): void {
  print('Program execution finished');
  print(`Job with JobID ${jobId} has finished.`);
  print(`Job Runtime: ${Math.round(netRuntimeMs)} ms`);
  const entries = Object.entries(accumulators);
  if (entries.length === 0) return;
  print('Accumulator Results: ');
  for (const [name, value] of entries) print(`- ${name} ${describeValue(value)}`);
  print('');
  print('');
}

/** The type of the value and the value; of a list, as in Flink, only its length. */
function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `(Array) [${value.length} elements]`;
  if (value instanceof Map) return `(Map): {${[...value].map(([key, count]) => `${key}=${count}`).join(', ')}}`;
  return `(${value instanceof Error ? 'Error' : typeof value}): ${String(value)}`;
}

async function uploadMissing(client: JobManagerClient, files: readonly ArtifactSource[]): Promise<void> {
  const byHash = new Map(files.map((file) => [file.sha256, file]));
  await Promise.all(
    [...byHash.values()].map(async (file) => {
      if (!(await client.hasBlob(file.sha256))) await client.putBlob(file.sha256, await readArtifactFile(file));
    }),
  );
}
