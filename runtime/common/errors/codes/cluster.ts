import { defineCodes } from './code-entry.js';

export const CLUSTER_CODES = defineCodes({
  CLUSTER_RUNS_ALREADY: {
    domain: 'user',
    summary: 'A cluster runs already in this WEFT_HOME.',
    hint: 'Use it as it is, stop it with "weft down", or set WEFT_HOME to another folder.',
  },
  CLUSTER_START_FAILED: {
    domain: 'external',
    summary: 'A role of the cluster could not be started.',
    hint: 'See the message, and the role’s log in WEFT_HOME/logs.',
  },
  CLUSTER_STOP_FAILED: {
    domain: 'external',
    summary: 'Processes of the cluster outlived its stop.',
    hint: 'End the processes named in the message by hand.',
  },
});
