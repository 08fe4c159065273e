/** How a job ended, as whoever waited for it hears. */
import { WeftError, fromWireError, type WireError } from '../common/errors/index.js';

/** Flink's words for the end of an application. */
export type ApplicationStatus = 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

export interface JobOutcome {
  status: ApplicationStatus;
  netRuntimeMs: number;
  accumulators: Record<string, unknown>;
  /** Why it failed. */
  error?: WireError;
}

/** A job that did not succeed, as the error that `execute()` throws: JOB_FAILED with its root cause, or JOB_CANCELED. */
export function outcomeError(jobId: string, { status, error }: JobOutcome): WeftError | undefined {
  if (status === 'SUCCEEDED') return undefined;
  if (status === 'CANCELED') return new WeftError('JOB_CANCELED', `Job failed (JobID: ${jobId}): it was cancelled.`);
  const cause = error === undefined ? undefined : fromWireError(error);
  return new WeftError('JOB_FAILED', `Job failed (JobID: ${jobId})`, {
    ...(cause === undefined ? {} : { cause, hint: cause.hint }),
    ...(cause?.subject === undefined ? {} : { subject: cause.subject }),
  });
}
