import type { StreamGraph } from '../../graph/stream-graph.js';
import type { ProgramHost, ResultBatch, SubmittedJob } from '../host.js';
import { JobExecutionResult } from './job-execution-result.js';

/** Flink's names of the states of a job. */
export type JobStatus =
  | 'INITIALIZING'
  | 'CREATED'
  | 'RUNNING'
  | 'FAILING'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELED'
  | 'FINISHED'
  | 'RESTARTING'
  | 'SUSPENDED'
  | 'RECONCILING';

/** How many jobs each program has handed over without waiting, which names what it hears of them. */
const handedOver = new WeakMap<ProgramHost, number>();

/** A job that the program does not wait for. What it asks of it, wherever the program runs again, is what the client heard. */
export class JobClient {
  private questions = 0;
  /** Whether the program has seen to the job's end, so that a failure is its own business. */
  private seenTo = false;

  private constructor(
    private readonly host: ProgramHost,
    private readonly job: SubmittedJob,
    private readonly jobId: string,
    private readonly name: string,
    private readonly result: Promise<JobExecutionResult>,
  ) {
    result.catch((error: unknown) => {
      // On replay it ends before the program has said anything about it.
      if (!this.seenTo && host.mode === 'client') throw error;
    });
  }

  /** Hands the job over; `execute` and its kin call this. @throws when it cannot be handed over */
  static async submit(host: ProgramHost, streamGraph: StreamGraph): Promise<JobClient> {
    const number = handedOver.get(host) ?? 0;
    handedOver.set(host, number + 1);
    const name = `weft.job-${number}`;
    let onSubmitted: (job: SubmittedJob) => void = () => undefined;
    const submitted = new Promise<SubmittedJob>((resolve) => (onSubmitted = resolve));
    const result = host.execute(streamGraph, onSubmitted).then((outcome) => new JobExecutionResult(outcome));
    const job = await Promise.race([submitted, result.then(() => submitted)]);
    const jobId = await host.value(name, () => job.jobId);
    return new JobClient(host, job, jobId, name, result);
  }

  getJobID(): string {
    return this.jobId;
  }

  getJobStatus(): Promise<JobStatus> {
    return this.ask(async () => (await this.job.status()) as JobStatus);
  }

  /** Asks for the job's end; its result then rejects with JOB_CANCELED. */
  async cancel(): Promise<void> {
    this.seenTo = true;
    await this.job.cancel();
  }

  /**
   * Resolves when the job has finished. A failure that no program asks for here fails the program.
   * @throws JOB_FAILED with the root cause, JOB_CANCELED
   */
  getJobExecutionResult(): Promise<JobExecutionResult> {
    this.seenTo = true;
    return this.result;
  }

  /** Records of the collect sink `node`. @param remember whether later runs of the program need them */
  fetchResults(node: number, from: number, remember: boolean): Promise<ResultBatch> {
    const fetch = (): Promise<ResultBatch> => this.job.results(node, from);
    return remember ? this.ask(fetch) : fetch();
  }

  private ask<T>(question: () => Promise<T>): Promise<T> {
    return this.host.value(`${this.name}.${this.questions++}`, question);
  }
}
