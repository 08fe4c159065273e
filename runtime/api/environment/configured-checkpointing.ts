/** What the configuration of the client says of a job's checkpoints; the rest is left to the cluster. */
import type { Configuration, ConfigOption } from '../../common/config/index.js';
import { checkpointingOptions as options } from '../../common/config/options/index.js';
import type { CheckpointSettings, RestoreSettings } from '../../graph/stream-graph.js';

/** Settings and the options that give them. */
const OPTION_OF = {
  intervalMs: options.intervalMs,
  mode: options.mode,
  timeoutMs: options.timeoutMs,
  minPauseMs: options.minPauseMs,
  maxConcurrent: options.maxConcurrent,
  tolerableFailures: options.tolerableFailures,
  retention: options.retention,
  afterTasksFinish: options.afterTasksFinish,
  directory: options.directory,
  savepointDirectory: options.savepointDirectory,
  numRetained: options.numRetained,
  inlineThresholdBytes: options.inlineThresholdBytes,
} satisfies Record<keyof CheckpointSettings, ConfigOption<unknown>>;

export function configuredCheckpointing(configuration: Configuration): CheckpointSettings {
  const set = Object.entries(OPTION_OF).filter(([, option]) => configuration.isSet(option));
  return Object.fromEntries(set.map(([name, option]) => [name, configuration.get<unknown>(option)]));
}

export function configuredRestore(configuration: Configuration): RestoreSettings | undefined {
  const path = configuration.get(options.restorePath);
  if (path === undefined) return undefined;
  return { path, allowNonRestoredState: configuration.get(options.ignoreUnclaimedState) };
}
