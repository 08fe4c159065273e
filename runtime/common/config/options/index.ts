import type { ConfigOption } from '../option.js';
import { checkpointingOptions } from './checkpointing.js';
import { clusterOptions } from './cluster.js';
import { jobOptions } from './job.js';
import { memoryOptions } from './memory.js';
import { metricsOptions } from './metrics.js';
import { yarnOptions } from './yarn.js';

export { checkpointingOptions, clusterOptions, jobOptions, memoryOptions, metricsOptions, yarnOptions };

/** Every key of `config.yaml` and `-D`. */
export const OPTIONS: readonly ConfigOption<unknown>[] = [
  ...Object.values(clusterOptions),
  ...Object.values(memoryOptions),
  ...Object.values(jobOptions),
  ...Object.values(checkpointingOptions),
  ...Object.values(metricsOptions),
  ...Object.values(yarnOptions),
];

/** Families of keys with free names: environment of the AppMaster's and the TaskManagers' containers, job parameters. */
export const OPEN_PREFIXES: readonly string[] = [
  'external-resource.',
  'containerized.master.env.',
  'containerized.taskmanager.env.',
  'pipeline.global-job-parameters.',
];
