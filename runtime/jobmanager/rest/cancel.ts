/** Cancelling over REST, with Flink's answers for what cannot be cancelled. */
import type { JobMaster } from '../job/job-master.js';
import { RestError } from './conventions.js';

/** @throws RestError 308 for the removed mode `stop`, 400 for another mode; JOB_NOT_CANCELLABLE */
export function cancelOf(job: JobMaster, mode: string): void {
  if (mode === 'stop') {
    throw new RestError(
      308,
      'The termination mode "stop" has been removed. For an ungraceful shutdown, please use "cancel" instead. ' +
        'For a graceful shutdown, please use "jobs/:jobId/stop" instead.',
    );
  }
  if (mode !== 'cancel') throw new RestError(400, `Cannot resolve query parameter (mode) from value "${mode}".`);
  job.cancel();
}
