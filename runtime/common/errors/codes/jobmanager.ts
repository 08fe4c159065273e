import { defineCodes } from './code-entry.js';

export const JOBMANAGER_CODES = defineCodes({
  JOB_GRAPH_INVALID: {
    domain: 'user',
    summary: 'A submitted job graph does not have the form of one, or contradicts itself.',
    hint: 'Submit with the same version of Weft that the cluster runs; else check the edge or vertex named.',
  },
  JOB_NOT_FOUND: {
    domain: 'user',
    summary: 'The JobManager knows no job with this id.',
    hint: 'List the jobs with `weft list -a`; finished ones are forgotten after jobstore.expiration-time.',
  },
  JOB_NOT_CANCELLABLE: {
    domain: 'user',
    summary: 'A job that has finished or failed cannot be cancelled.',
    hint: 'Nothing is left to do: the job has ended.',
  },
  JOB_NOT_RESCALABLE: {
    domain: 'user',
    summary: 'A running job cannot go on with the parallelism that was asked for.',
    hint: 'See the message: stay below the maximum parallelism, and give operators a uid so that their state is found again.',
  },
  JOB_CANCELED: {
    domain: 'user',
    summary: 'The job was cancelled before it finished.',
    hint: 'Submit it again if that was not meant.',
  },
  SLOTS_NOT_AVAILABLE: {
    domain: 'external',
    summary: 'A job did not get the slots that it needs within slot.request.timeout.',
    hint: 'Lower the parallelism, free slots, or give the cluster more nodes or memory.',
    retry: 'backoff',
  },
  TASKMANAGER_LOST: {
    domain: 'external',
    summary: 'A TaskManager that ran tasks of the job is gone: it ended, or it does not answer any longer.',
    hint: 'See the log of its container for why it ended; a restart strategy makes the job survive it.',
    retry: 'backoff',
  },
  TASKMANAGER_UNKNOWN: {
    domain: 'external',
    summary: 'A TaskManager sent a message before it registered, or after it was declared lost.',
    hint: 'It registers again by itself.',
    retry: 'backoff',
  },
  TASK_CANCELED_UNEXPECTEDLY: {
    domain: 'internal',
    summary: 'A TaskManager cancelled a task that nobody asked to cancel.',
    hint: 'See the log of the TaskManager.',
    retry: 'backoff',
  },
  CLUSTER_SHUTTING_DOWN: {
    domain: 'user',
    summary: 'The cluster is being stopped and takes no further job.',
    hint: 'Submit to another session, or start one.',
  },
  APPMASTER_GONE: {
    domain: 'external',
    summary: 'The AppMaster that owns this JobManager ended, or does not answer any longer.',
    hint: 'The ResourceManager starts the next attempt, which brings a new JobManager.',
  },
  PROGRAM_REJECTED: {
    domain: 'user',
    summary: 'An uploaded program is not one that can be run.',
    hint: 'Upload one file that ends in .js, .mjs, .cjs or .ts, in the multipart field "jarfile".',
  },
});
