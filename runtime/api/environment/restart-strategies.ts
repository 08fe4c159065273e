import type { RestartStrategyConfig } from '../../graph/stream-graph.js';
import { apiError } from '../api-error.js';
import { checkInteger, durationMs, type Duration } from '../checks.js';

/** What happens when a task of the job fails. Times are milliseconds, a `Time`, or a text such as `10 s`. */
export class RestartStrategies {
  /** The first failure fails the job. */
  static noRestart(): RestartStrategyConfig {
    return { type: 'none' };
  }

  /** At most `attempts` restarts, each after the same pause. */
  static fixedDelayRestart(attempts: number, delay: Duration): RestartStrategyConfig {
    return {
      type: 'fixed-delay',
      attempts: checkInteger('The number of restarts', attempts, 0),
      delayMs: durationMs('The delay', delay),
    };
  }

  /** Restarts after the pause until there were more failures than allowed within the interval. */
  static failureRateRestart(maxFailures: number, interval: Duration, delay: Duration): RestartStrategyConfig {
    return {
      type: 'failure-rate',
      failuresPerInterval: checkInteger('The number of failures', maxFailures, 1),
      intervalMs: durationMs('The interval', interval),
      delayMs: durationMs('The delay', delay),
    };
  }

  /**
   * Restarts for ever, after a pause that grows with each failure up to a maximum, and starts anew after a healthy time.
   * @param jitter share of the pause that is added or taken at random, 0 to 1
   */
  static exponentialDelayRestart(
    initialBackoff: Duration,
    maxBackoff: Duration,
    multiplier: number,
    resetThreshold: Duration,
    jitter: number,
  ): RestartStrategyConfig {
    if (!(multiplier >= 1)) throw apiError('API_BAD_ARGUMENT', `The multiplier must be at least 1, not ${multiplier}.`);
    if (!(jitter >= 0 && jitter <= 1)) throw apiError('API_BAD_ARGUMENT', `The jitter is 0 to 1, not ${jitter}.`);
    const initialBackoffMs = durationMs('The initial backoff', initialBackoff);
    const maxBackoffMs = durationMs('The maximum backoff', maxBackoff);
    if (maxBackoffMs < initialBackoffMs) {
      throw apiError('API_BAD_ARGUMENT', 'The maximum backoff must not be less than the initial one.');
    }
    return {
      type: 'exponential-delay',
      initialBackoffMs,
      maxBackoffMs,
      multiplier,
      resetThresholdMs: durationMs('The reset threshold', resetThreshold),
      jitter,
    };
  }
}
