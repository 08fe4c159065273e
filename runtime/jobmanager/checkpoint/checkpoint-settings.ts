/** The checkpoint settings of a job: what its program says, else the cluster's configuration. */
import type { Configuration } from '../../common/config/index.js';
import { checkpointingOptions as options } from '../../common/config/options/index.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { StateBackendName } from '../../graph/stream-graph.js';

/** What the coordinator must know. Times are milliseconds. */
export interface CoordinatorSettings {
  /** Undefined: no periodic checkpoints. */
  readonly intervalMs: number | undefined;
  readonly timeoutMs: number;
  readonly minPauseMs: number;
  readonly maxConcurrent: number;
  readonly tolerableFailures: number;
  readonly afterTasksFinish: boolean;
  /** Whether barriers overtake what is on its way: then nothing else may be under way with such a checkpoint. */
  readonly unaligned: boolean;
}

export interface JobCheckpointSettings extends CoordinatorSettings {
  readonly mode: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE';
  /** When a checkpoint that began aligned becomes unaligned; 0 = each is so from its beginning. */
  readonly alignedTimeoutMs: number;
  readonly retention: 'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION';
  /** Undefined: the JobManager's own. */
  readonly directory: string | undefined;
  readonly savepointDirectory: string | undefined;
  readonly numRetained: number;
  readonly inlineThresholdBytes: number;
  readonly historySize: number;
  readonly stateBackend: StateBackendName;
  /** Whether checkpoints share files. */
  readonly incremental: boolean;
}

export function checkpointSettingsOf({ settings }: JobGraph, config: Configuration): JobCheckpointSettings {
  const own = settings.checkpointing ?? {};
  const mode = own.mode ?? config.get(options.mode);
  const minPauseMs = own.minPauseMs ?? config.get(options.minPauseMs);
  // As in Flink: with a pause between two checkpoints there is no room for a second one.
  const maxConcurrent = minPauseMs > 0 ? 1 : (own.maxConcurrent ?? config.get(options.maxConcurrent));
  return {
    // Stages leave their results in files: there is nothing to take a checkpoint of.
    intervalMs: settings.runtimeMode === 'BATCH' ? undefined : (own.intervalMs ?? config.get(options.intervalMs)),
    mode,
    // As in Flink: at least once there is nothing to overtake.
    unaligned: (own.unaligned ?? config.get(options.unaligned)) && mode === 'EXACTLY_ONCE' && maxConcurrent === 1,
    alignedTimeoutMs: own.alignedTimeoutMs ?? config.get(options.alignedTimeoutMs),
    timeoutMs: own.timeoutMs ?? config.get(options.timeoutMs),
    minPauseMs,
    maxConcurrent,
    tolerableFailures: own.tolerableFailures ?? config.get(options.tolerableFailures),
    afterTasksFinish: own.afterTasksFinish ?? config.get(options.afterTasksFinish),
    retention: own.retention ?? config.get(options.retention),
    directory: own.directory ?? config.get(options.directory),
    savepointDirectory: own.savepointDirectory ?? config.get(options.savepointDirectory),
    numRetained: own.numRetained ?? config.get(options.numRetained),
    inlineThresholdBytes: own.inlineThresholdBytes ?? config.get(options.inlineThresholdBytes),
    historySize: config.get(options.historySize),
    stateBackend: settings.stateBackend ?? 'hashmap',
    incremental: settings.stateBackend === 'rocksdb' && (own.incremental ?? config.get(options.incremental)),
  };
}
