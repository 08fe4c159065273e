/**
 * Jobs without a cluster: the same JobManager, TaskManager and slot threads, in one process and without sockets. Called by
 * `weft run -t local` (`executeLocally`) and, for `node job.js`, by the API's `execute()` (`localHost`). It must not know the
 * API: the package's entry (`package-entry.ts`) ties the two together.
 */
export { executeLocally } from './execute-locally.js';
export { outcomeError, type ApplicationStatus, type JobOutcome } from './job-outcome.js';
export { localHost } from './local-host.js';
