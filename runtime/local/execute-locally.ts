/** Runs one job in this process, with the engine of a cluster. */
import type { JobExecutionResult, SubmittedJob } from '../api/host.js';
import { readArtifactFile, type Artifact } from '../bundle/index.js';
import type { Configuration } from '../common/config/index.js';
import { accumulatorResults } from '../graph/accumulator-states.js';
import { expand } from '../graph/execution-graph.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { JobMaster } from '../jobmanager/job/job-master.js';
import { outcomeError, type ApplicationStatus, type JobOutcome } from './job-outcome.js';
import { LocalCluster } from './local-cluster.js';

const STATUS: Partial<Record<JobMaster['state'], ApplicationStatus>> = {
  FINISHED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELED: 'CANCELED',
};

/**
 * A cluster with as many slots as the job needs is made for it, and is gone after it: no thread, timer or file stays.
 * @throws JOB_FAILED with the root cause
 */
export async function executeLocally(
  jobGraph: JobGraph,
  artifact: Artifact,
  configuration: Configuration,
  onSubmitted: (job: SubmittedJob) => void = () => undefined,
): Promise<JobExecutionResult> {
  const { jobId, name: jobName } = jobGraph;
  const cluster = new LocalCluster(configuration, expand(jobGraph).slots.length);
  try {
    for (const file of artifact.files) await cluster.blobs.put(await readArtifactFile(file), file.sha256);
    return resultOf(await cluster.run(jobId, jobGraph, onSubmitted), jobName);
  } finally {
    await cluster.close();
  }
}

/** The result of a job that has ended. @throws JOB_FAILED with the root cause, JOB_CANCELED */
export function resultOf(job: JobMaster, jobName: string): JobExecutionResult {
  const { jobId } = job;
  const outcome = outcomeOf(job);
  const error = outcomeError(jobId, outcome);
  if (error !== undefined) throw error;
  return { jobId, jobName, netRuntimeMs: outcome.netRuntimeMs, accumulators: outcome.accumulators };
}

function outcomeOf(job: JobMaster): JobOutcome {
  const { state, enteredMs, failures } = job;
  const error = state === 'FAILED' ? failures.latest?.root.error : undefined;
  return {
    status: STATUS[state] ?? 'UNKNOWN',
    netRuntimeMs: (enteredMs[state] ?? 0) - (enteredMs.INITIALIZING ?? 0),
    accumulators: accumulatorResults(job.accumulators()),
    ...(error === undefined ? {} : { error }),
  };
}
