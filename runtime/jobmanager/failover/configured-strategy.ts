/** The restart strategy of a job: what its program says, else the configuration, else what checkpoints make possible. */
import type { Configuration } from '../../common/config/index.js';
import { checkpointingOptions, jobOptions } from '../../common/config/options/index.js';
import type { JobGraph } from '../../graph/job-graph.js';
import {
  AtOnceThenBackoff,
  ExponentialDelay,
  FailureRate,
  FixedDelay,
  NoRestart,
  type RestartStrategy,
} from './restart-strategy.js';

/** @param random from 0 to 1, for the jitter of the exponential delay */
export function restartStrategyOf(jobGraph: JobGraph, config: Configuration, random: () => number): RestartStrategy {
  const own = jobGraph.settings.restartStrategy;
  switch (own?.type ?? config.get(jobOptions.restartStrategy)) {
    case 'fixed-delay':
      return new FixedDelay(
        own?.attempts ?? config.get(jobOptions.fixedDelayAttempts),
        own?.delayMs ?? config.get(jobOptions.fixedDelayMs),
      );
    case 'failure-rate':
      return new FailureRate(
        own?.failuresPerInterval ?? config.get(jobOptions.failureRateMax),
        own?.intervalMs ?? config.get(jobOptions.failureRateIntervalMs),
        own?.delayMs ?? config.get(jobOptions.failureRateDelayMs),
      );
    case 'exponential-delay':
      return new ExponentialDelay(
        {
          initialMs: own?.initialBackoffMs ?? config.get(jobOptions.exponentialInitialMs),
          maxMs: own?.maxBackoffMs ?? config.get(jobOptions.exponentialMaxMs),
          multiplier: own?.multiplier ?? config.get(jobOptions.exponentialMultiplier),
          resetThresholdMs: own?.resetThresholdMs ?? config.get(jobOptions.exponentialResetMs),
          jitter: own?.jitter ?? config.get(jobOptions.exponentialJitter),
          ...(own?.attempts === undefined ? {} : { attempts: own.attempts }),
        },
        random,
      );
    case undefined:
      return hasCheckpoints(jobGraph, config) ? new AtOnceThenBackoff() : new NoRestart();
    default:
      return new NoRestart();
  }
}

function hasCheckpoints({ settings }: JobGraph, config: Configuration): boolean {
  return (settings.checkpointing?.intervalMs ?? config.get(checkpointingOptions.intervalMs)) !== undefined;
}

/** How `/jobs/:id/config` names it: by what the job says, or that it says nothing. */
export function describeConfigured(jobGraph: JobGraph, strategy: RestartStrategy): string {
  return jobGraph.settings.restartStrategy === undefined
    ? 'Cluster level default restart strategy'
    : strategy.description;
}
