/** What the configuration of the client says of a job's checkpoints; the rest is left to the cluster. */
import { resolve } from 'node:path';
import type { Configuration, ConfigOption } from '../../common/config/index.js';
import { checkpointingOptions as options } from '../../common/config/options/index.js';
import type { CheckpointSettings, RestoreSettings } from '../../graph/stream-graph.js';

/** The JobManager works in another folder than the client. */
function absolutePath(path: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(path) ? path : resolve(path);
}

/** Settings and the options that give them; that loops may lose records is for the program to say. */
const OPTION_OF = {
  intervalMs: options.intervalMs,
  mode: options.mode,
  timeoutMs: options.timeoutMs,
  minPauseMs: options.minPauseMs,
  maxConcurrent: options.maxConcurrent,
  unaligned: options.unaligned,
  alignedTimeoutMs: options.alignedTimeoutMs,
  forceUnaligned: options.forceUnaligned,
  tolerableFailures: options.tolerableFailures,
  retention: options.retention,
  afterTasksFinish: options.afterTasksFinish,
  directory: options.directory,
  savepointDirectory: options.savepointDirectory,
  numRetained: options.numRetained,
  inlineThresholdBytes: options.inlineThresholdBytes,
  incremental: options.incremental,
} satisfies Record<Exclude<keyof CheckpointSettings, 'force'>, ConfigOption<unknown>>;

export function configuredCheckpointing(configuration: Configuration): CheckpointSettings {
  const set = Object.entries(OPTION_OF).filter(([, option]) => configuration.isSet(option));
  const settings: CheckpointSettings = Object.fromEntries(
    set.map(([name, option]) => [name, configuration.get<unknown>(option)]),
  );
  const { directory, savepointDirectory } = settings;
  return {
    ...settings,
    ...(directory === undefined ? {} : { directory: absolutePath(directory) }),
    ...(savepointDirectory === undefined ? {} : { savepointDirectory: absolutePath(savepointDirectory) }),
  };
}

export function configuredRestore(configuration: Configuration): RestoreSettings | undefined {
  const path = configuration.get(options.restorePath);
  if (path === undefined) return undefined;
  return {
    path: absolutePath(path),
    allowNonRestoredState: configuration.get(options.ignoreUnclaimedState),
    claimMode: configuration.get(options.claimMode),
  };
}
