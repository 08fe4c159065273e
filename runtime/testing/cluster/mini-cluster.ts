/** A JobManager and TaskManagers in the test's process, which run jobs that the test describes in a function. */
import { JobExecutionResult } from '../../api/index.js';
import type { SubmittedJob } from '../../api/host.js';
import { Configuration } from '../../common/config/index.js';
import { OPEN_PREFIXES, OPTIONS } from '../../common/config/options/index.js';
import { validateConnectors } from '../../graph/validate-connectors.js';
import { resultOf } from '../../local/execute-locally.js';
import { LocalCluster } from '../../local/local-cluster.js';
import { jobGraphOf, streamGraphOf, type DescribeJob } from '../described-job.js';
import { inProcessEnumerators } from './in-process-enumerators.js';
import { InProcessSlot } from './in-process-slot.js';

export interface MiniClusterOptions {
  /** Of each TaskManager. @default 1 */
  slots?: number;
  /** With more than one, records between them go over TCP. @default 1 */
  taskManagers?: number;
  /** Keys of the configuration. @default none: everything has its default */
  configuration?: Readonly<Record<string, string>>;
}

export interface JobOptions {
  jobName?: string;
  /** Of operators for which the job sets none. @default `parallelism.default` */
  parallelism?: number;
}

/** A job that was handed over. */
export interface RunningJob {
  /** 32 hex digits. */
  readonly jobId: string;
  /** Flink's name of the job's state. */
  status(): Promise<string>;
  cancel(): Promise<void>;
  /** Resolves when the job has finished. @throws JOB_FAILED with the root cause, JOB_CANCELED */
  readonly result: Promise<JobExecutionResult>;
}

export class MiniCluster {
  private readonly cluster: LocalCluster;
  private readonly jobs = new Map<string, () => ReturnType<typeof streamGraphOf>>();

  private constructor(
    private readonly configuration: Configuration,
    { slots = 1, taskManagers = 1 }: MiniClusterOptions,
  ) {
    this.cluster = new LocalCluster(configuration, slots, {
      taskManagers,
      startSlot: () => new InProcessSlot((jobId) => this.describe(jobId)),
      startEnumerators: inProcessEnumerators((jobId) => this.describe(jobId)),
    });
  }

  /** @throws CONFIG_…, TASKMANAGER_MEMORY_IMPOSSIBLE */
  static async start(options: MiniClusterOptions = {}): Promise<MiniCluster> {
    const layer = new Map(
      Object.entries(options.configuration ?? {}).map(([key, value]) => [key, { value, origin: 'the test' }]),
    );
    const cluster = new MiniCluster(Configuration.of(OPTIONS, OPEN_PREFIXES, [layer]), options);
    await cluster.cluster.ready();
    return cluster;
  }

  /**
   * Runs a job to its end.
   * @param job describes it in the environment, without `execute()`. It is called once here and once for each slot, so that
   *   each slot has functions of its own; what they shall share with the test (a `collectSink`, a `scriptedSource`) is made
   *   outside of it.
   * @throws GRAPH_… when it cannot run, JOB_FAILED with the root cause, JOB_CANCELED
   */
  async run(job: DescribeJob, options: JobOptions = {}): Promise<JobExecutionResult> {
    return (await this.submit(job, options)).result;
  }

  /** Hands a job over, as `run`, without waiting for its end. @throws GRAPH_… when it cannot run */
  async submit(job: DescribeJob, options: JobOptions = {}): Promise<RunningJob> {
    const describe = (): ReturnType<typeof streamGraphOf> =>
      streamGraphOf(job, { ...options, configuration: this.configuration.toProperties() });
    const streamGraph = await describe();
    await validateConnectors(streamGraph);
    const jobGraph = jobGraphOf(streamGraph);
    this.jobs.set(jobGraph.jobId, describe);
    let onSubmitted: (job: SubmittedJob) => void = () => undefined;
    const submitted = new Promise<SubmittedJob>((resolve) => (onSubmitted = resolve));
    const result = this.cluster
      .run(jobGraph.jobId, jobGraph, onSubmitted)
      .finally(() => this.jobs.delete(jobGraph.jobId))
      .then((master) => new JobExecutionResult(resultOf(master, jobGraph.name)));
    const submittedJob = await Promise.race([submitted, result.then(() => submitted)]);
    return {
      jobId: submittedJob.jobId,
      status: () => submittedJob.status(),
      cancel: () => submittedJob.cancel(),
      result,
    };
  }

  /** Ends the jobs that run, and everything else. */
  close(): Promise<void> {
    return this.cluster.close();
  }

  private describe(jobId: string): ReturnType<typeof streamGraphOf> {
    const describe = this.jobs.get(jobId);
    if (describe === undefined) throw new Error(`Job ${jobId} is over.`);
    return describe();
  }
}
