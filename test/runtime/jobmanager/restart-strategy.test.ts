import test from 'ava';
import { configurationOf } from '../../../runtime/common/config/index.js';
import { restartStrategyOf } from '../../../runtime/jobmanager/failover/configured-strategy.js';
import {
  ExponentialDelay,
  FailureRate,
  FixedDelay,
  NoRestart,
  type RestartStrategy,
} from '../../../runtime/jobmanager/failover/restart-strategy.js';
import { jobGraph } from './support.js';

/** The pauses that failures at these times bring; undefined where the job ends. */
function pauses(strategy: RestartStrategy, timesMs: number[]): (number | undefined)[] {
  return timesMs.map((nowMs) => {
    const decision = strategy.onFailure(nowMs);
    return decision.restart ? decision.delayMs : undefined;
  });
}

test('none never restarts', (t) => {
  t.deepEqual(pauses(new NoRestart(), [0]), [undefined]);
});

test('fixed delay counts restarts over the whole life', (t) => {
  t.deepEqual(pauses(new FixedDelay(2, 500), [0, 10_000_000, 20_000_000]), [500, 500, undefined]);
});

test('failure rate forgets failures that are older than the interval', (t) => {
  t.deepEqual(pauses(new FailureRate(2, 1000, 50), [0, 500, 900]), [50, 50, undefined]);
  t.deepEqual(pauses(new FailureRate(2, 1000, 50), [0, 500, 1400, 1450]), [50, 50, 50, undefined]);
});

test('exponential delay grows to its maximum, starts anew after health, and jitters', (t) => {
  const options = { initialMs: 100, maxMs: 350, multiplier: 2, resetThresholdMs: 10_000, jitter: 0 };
  const strategy = new ExponentialDelay(options, () => 0.5);
  t.deepEqual(pauses(strategy, [0, 200, 600, 1200, 20_000, 20_200]), [100, 200, 350, 350, 100, 200]);

  const limited = new ExponentialDelay({ ...options, attempts: 1 }, () => 0.5);
  t.deepEqual(pauses(limited, [0, 200]), [100, undefined]);

  const jittery = { ...options, jitter: 0.1 };
  t.deepEqual(pauses(new ExponentialDelay(jittery, () => 0), [0]), [90]);
  t.deepEqual(pauses(new ExponentialDelay(jittery, () => 1), [0]), [110]);
});

test('the job’s own strategy stands over the configuration, which stands over none', (t) => {
  const random = (): number => 0.5;
  const config = configurationOf({
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': '7',
    'restart-strategy.fixed-delay.delay': '2 s',
  });
  t.is(restartStrategyOf(jobGraph(), configurationOf({}), random).description, 'Restart deactivated.');
  t.is(
    restartStrategyOf(jobGraph(), config, random).description,
    'Restart with fixed delay (2000 ms). #7 restart attempts.',
  );
  t.is(
    restartStrategyOf(jobGraph({ restartStrategy: { type: 'fixed-delay', attempts: 1 } }), config, random).description,
    'Restart with fixed delay (2000 ms). #1 restart attempts.',
  );
  t.is(
    restartStrategyOf(jobGraph({ restartStrategy: { type: 'none' } }), config, random).description,
    'Restart deactivated.',
  );
});
