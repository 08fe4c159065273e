import { defineCodes } from './code-entry.js';

export const APPMASTER_CODES = defineCodes({
  AM_JOBMANAGER_FAILED: {
    domain: 'external',
    summary: 'The JobManager of an application died too often in a short time; the application fails.',
    hint: 'See the end of jobmanager.log and jobmanager.out: `weft logs APPLICATION`.',
  },
  AM_BAD_JOB_GRAPH: {
    domain: 'external',
    summary: 'The JobGraph that came with a per-job application is missing or is none.',
    hint: 'Submit the job again with the client of the same version as the cluster.',
  },
  AM_WORKER_TOO_LARGE: {
    domain: 'user',
    summary: 'A TaskManager needs more memory or cores than any container may have.',
    hint: 'Lower taskmanager.memory.process.size (-tm), the slots (-s) or yarn.containers.vcores, or raise the cluster’s maximum.',
  },
  AM_UNKNOWN_CONTAINER: {
    domain: 'user',
    summary: 'An AppMaster program was to stop a container that it did not start, or that has ended.',
    hint: 'Only containers between start() and onCompleted() can be stopped.',
  },
});
