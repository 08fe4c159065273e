/** The job's settings as the configuration gives them, for all that the program leaves open. */
import { Configuration } from '../../common/config/configuration.js';
import { jobOptions, OPEN_PREFIXES, OPTIONS } from '../../common/config/options/index.js';
import type { JobSettings, RestartStrategyConfig } from '../../graph/stream-graph.js';
import type { ProgramHost } from '../host.js';
import { configuredCheckpointing, configuredRestore } from './configured-checkpointing.js';

/** @throws CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE */
export function configuredSettings(host: Pick<ProgramHost, 'parallelism' | 'configuration'>): JobSettings {
  const layer = new Map(
    Object.entries(host.configuration).map(([key, value]) => [key, { value, origin: 'the configuration' }]),
  );
  const configuration = Configuration.of(OPTIONS, OPEN_PREFIXES, [layer]);
  const restore = configuredRestore(configuration);
  return {
    parallelism: host.parallelism,
    maxParallelism: configuration.get(jobOptions.maxParallelism),
    objectReuse: configuration.get(jobOptions.objectReuse),
    chaining: configuration.get(jobOptions.operatorChaining),
    chainDifferentMaxParallelism: configuration.get(jobOptions.chainDifferentMaxParallelism),
    bufferTimeoutMs: configuration.get(jobOptions.bufferTimeoutEnabled)
      ? configuration.get(jobOptions.bufferTimeoutMs)
      : -1,
    autoWatermarkIntervalMs: configuration.get(jobOptions.autoWatermarkIntervalMs),
    allowUnalignedSplits: configuration.get(jobOptions.allowUnalignedSplits),
    restartStrategy: configuredRestartStrategy(configuration),
    runtimeMode: configuration.get(jobOptions.runtimeMode),
    blockingExchanges: configuration.get(jobOptions.batchShuffleMode) === 'ALL_EXCHANGES_BLOCKING',
    globalJobParameters: Object.fromEntries(configuration.family('pipeline.global-job-parameters.')),
    checkpointing: configuredCheckpointing(configuration),
    stateBackend: /rocksdb/i.test(configuration.get(jobOptions.stateBackend)) ? 'rocksdb' : 'hashmap',
    ...(restore === undefined ? {} : { restore }),
  };
}

function configuredRestartStrategy(configuration: Configuration): RestartStrategyConfig | undefined {
  switch (configuration.get(jobOptions.restartStrategy)) {
    case undefined:
      return undefined;
    case 'fixed-delay':
      return {
        type: 'fixed-delay',
        attempts: configuration.get(jobOptions.fixedDelayAttempts),
        delayMs: configuration.get(jobOptions.fixedDelayMs),
      };
    case 'failure-rate':
      return {
        type: 'failure-rate',
        failuresPerInterval: configuration.get(jobOptions.failureRateMax),
        intervalMs: configuration.get(jobOptions.failureRateIntervalMs),
        delayMs: configuration.get(jobOptions.failureRateDelayMs),
      };
    case 'exponential-delay':
      return {
        type: 'exponential-delay',
        initialBackoffMs: configuration.get(jobOptions.exponentialInitialMs),
        maxBackoffMs: configuration.get(jobOptions.exponentialMaxMs),
        multiplier: configuration.get(jobOptions.exponentialMultiplier),
        resetThresholdMs: configuration.get(jobOptions.exponentialResetMs),
        jitter: configuration.get(jobOptions.exponentialJitter),
      };
    case 'none':
    case 'off':
    case 'disable':
      return { type: 'none' };
  }
}
