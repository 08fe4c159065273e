import { defineCodes } from './code-entry.js';

export const CLI_CODES = defineCodes({
  CLI_BAD_ARGUMENTS: {
    domain: 'user',
    summary: 'A command was given wrong options or arguments.',
    hint: 'Use the help option (-h or --help) to get help on the command.',
  },
  CLI_NO_TARGET: {
    domain: 'user',
    summary: 'It is not said where the program is to run or where the job runs, and nothing that runs was found.',
    hint: 'Say -t local to run in this process; or start a cluster (weft up -d), then a session (yarn-session -d) or -t yarn-per-job.',
  },
  CLI_NO_SESSION: {
    domain: 'user',
    summary: 'No session was named and none was started before.',
    hint: 'Start one with yarn-session -d, or name one with -id <application id>.',
  },
  CLI_JOB_NOT_FOUND: {
    domain: 'user',
    summary: 'None of the clusters that were asked has a job with this id.',
    hint: 'See weft list -a for the jobs there are.',
  },
  SLS_BAD_FILE: {
    domain: 'user',
    summary: 'A scenario or workload of weft sls cannot be read or is not one.',
    hint: 'Correct it at the place in the message; docs/guide/queues.md describes the formats.',
  },
  JOB_FAILED: {
    domain: 'user',
    summary: 'A job that was waited for failed.',
    hint: 'See the root cause; the log of the TaskManager has more: weft logs <application id>.',
  },
});
