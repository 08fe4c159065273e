import { WeftError } from '../../common/errors/index.js';
import type { JobExecutionResult as HostResult } from '../host.js';

/** What `execute()` gives back once the job has finished. */
export class JobExecutionResult implements HostResult {
  readonly jobId: string;
  readonly jobName: string;
  readonly netRuntimeMs: number;
  readonly accumulators: Readonly<Record<string, unknown>>;

  constructor({ jobId, jobName, netRuntimeMs, accumulators }: HostResult) {
    this.jobId = jobId;
    this.jobName = jobName;
    this.netRuntimeMs = netRuntimeMs;
    this.accumulators = accumulators;
  }

  getJobID(): string {
    return this.jobId;
  }

  /** Milliseconds from the job's start to its end. */
  getNetRuntime(): number {
    return this.netRuntimeMs;
  }

  /**
   * The merged value of an accumulator; undefined when the job has none of that name.
   * @throws API_ACCUMULATOR when subtasks registered the name for different kinds
   */
  getAccumulatorResult<R>(name: string): R | undefined {
    if (!Object.hasOwn(this.accumulators, name)) return undefined;
    const value = this.accumulators[name];
    if (value instanceof Error) throw new WeftError('API_ACCUMULATOR', value.message, { subject: name });
    return value as R;
  }

  getAllAccumulatorResults(): Readonly<Record<string, unknown>> {
    return this.accumulators;
  }
}
