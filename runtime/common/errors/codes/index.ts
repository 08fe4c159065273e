/** The registry of error codes, one file a room; `docs/reference/errors.md` is checked against it both ways. */
import { API_CODES } from './api.js';
import { APPMASTER_CODES } from './appmaster.js';
import { BUNDLE_CODES } from './bundle.js';
import { CHECKPOINT_CODES } from './checkpoint.js';
import { CLI_CODES } from './cli.js';
import { CLIENT_CODES } from './client.js';
import { CLUSTER_CODES } from './cluster.js';
import type { CodeEntry } from './code-entry.js';
import { COMMON_CODES } from './common.js';
import { GRAPH_CODES } from './graph.js';
import { JOBMANAGER_CODES } from './jobmanager.js';
import { KAFKA_CODES } from './kafka.js';
import { NODEMANAGER_CODES } from './nodemanager.js';
import { RESOURCEMANAGER_CODES } from './resourcemanager.js';
import { SERDE_CODES } from './serde.js';
import { STATE_CODES } from './state.js';
import { TASKMANAGER_CODES } from './taskmanager.js';

const ALL = {
  ...COMMON_CODES,
  ...RESOURCEMANAGER_CODES,
  ...NODEMANAGER_CODES,
  ...APPMASTER_CODES,
  ...JOBMANAGER_CODES,
  ...TASKMANAGER_CODES,
  ...KAFKA_CODES,
  ...CHECKPOINT_CODES,
  ...SERDE_CODES,
  ...STATE_CODES,
  ...API_CODES,
  ...GRAPH_CODES,
  ...BUNDLE_CODES,
  ...CLI_CODES,
  ...CLIENT_CODES,
  ...CLUSTER_CODES,
};

export type ErrorCode = keyof typeof ALL;

export const CODES: Readonly<Record<ErrorCode, CodeEntry>> = ALL;
