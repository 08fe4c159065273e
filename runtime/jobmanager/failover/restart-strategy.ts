/**
 * Restart strategies: after a failure, whether the job restarts, and after which pause. Each is a pure object of the
 * failures that it was told of; Flink's four, with Flink's rules.
 */
export type Decision =
  | { readonly restart: true; readonly delayMs: number }
  /** `reason` says why no further restart is allowed, for the log and the diagnostics. */
  | { readonly restart: false; readonly reason: string };

export interface RestartStrategy {
  /** For people, in the words of Flink's REST API. */
  readonly description: string;
  /** Restarts without end, so that somebody else must notice when it is of no use. @default false */
  readonly endless?: boolean;
  onFailure(nowMs: number): Decision;
  /** The job has completed a checkpoint: it got further than at the last failure. */
  onProgress?(): void;
}

export class NoRestart implements RestartStrategy {
  readonly description = 'Restart deactivated.';

  onFailure(): Decision {
    return { restart: false, reason: 'no restart strategy is set' };
  }
}

/** Whether it ever allows a restart. */
export function canRestart(strategy: RestartStrategy): boolean {
  return !(strategy instanceof NoRestart);
}

/** First pause after the restart that comes at once. */
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 60_000;

/**
 * What a job with checkpoints does unless it is told otherwise: restarts at once, then after pauses that double, without
 * end. Once the job got further, the next restart comes at once again. (Flink: the first one after a second.)
 */
export class AtOnceThenBackoff implements RestartStrategy {
  readonly description = `Restart at once, then with doubling delays from ${BACKOFF_FIRST_MS} ms to ${BACKOFF_MAX_MS} ms.`;
  readonly endless = true;
  private nextMs = 0;

  onFailure(): Decision {
    const delayMs = this.nextMs;
    this.nextMs = Math.min(BACKOFF_MAX_MS, delayMs === 0 ? BACKOFF_FIRST_MS : 2 * delayMs);
    return { restart: true, delayMs };
  }

  onProgress(): void {
    this.nextMs = 0;
  }
}

/** So many restarts in the life of the job, each after the same pause. */
export class FixedDelay implements RestartStrategy {
  private restarts = 0;

  constructor(
    private readonly attempts: number,
    private readonly delayMs: number,
  ) {}

  get description(): string {
    return `Restart with fixed delay (${this.delayMs} ms). #${this.attempts} restart attempts.`;
  }

  onFailure(): Decision {
    if (this.restarts >= this.attempts) {
      return { restart: false, reason: `all ${this.attempts} restart attempts are used up` };
    }
    this.restarts++;
    return { restart: true, delayMs: this.delayMs };
  }
}

/** So many failures within any interval; one more ends the job. */
export class FailureRate implements RestartStrategy {
  private failuresMs: number[] = [];

  constructor(
    private readonly maxFailures: number,
    private readonly intervalMs: number,
    private readonly delayMs: number,
  ) {}

  get description(): string {
    return (
      `Failure rate restart with maximum of ${this.maxFailures} failures within interval ${this.intervalMs} ms ` +
      `and fixed delay ${this.delayMs} ms.`
    );
  }

  onFailure(nowMs: number): Decision {
    this.failuresMs = this.failuresMs.filter((failureMs) => nowMs - failureMs <= this.intervalMs);
    if (this.failuresMs.length >= this.maxFailures) {
      return { restart: false, reason: `more than ${this.maxFailures} failures in ${this.intervalMs} ms` };
    }
    this.failuresMs.push(nowMs);
    return { restart: true, delayMs: this.delayMs };
  }
}

export interface ExponentialDelayOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly multiplier: number;
  /** Time without a failure after which the pause starts anew. */
  readonly resetThresholdMs: number;
  /** Share of the pause that is added or taken at random, 0 to 1. */
  readonly jitter: number;
  /** Restarts between two resets. @default without limit */
  readonly attempts?: number;
}

/** A pause that grows from failure to failure. */
export class ExponentialDelay implements RestartStrategy {
  private currentMs: number;
  private restarts = 0;
  /** When the last restart was to begin; healthy time counts from there. */
  private lastRestartMs: number | undefined;

  /** @param random from 0 to 1 */
  constructor(
    private readonly options: ExponentialDelayOptions,
    private readonly random: () => number,
  ) {
    this.currentMs = options.initialMs;
  }

  get description(): string {
    const { initialMs, maxMs, multiplier, jitter, resetThresholdMs } = this.options;
    return (
      `Restart with exponential delay: starting at ${initialMs} ms, increasing by ${multiplier}, ` +
      `with maximum ${maxMs} ms, jitter factor ${jitter}, reset after ${resetThresholdMs} ms.`
    );
  }

  onFailure(nowMs: number): Decision {
    const { initialMs, maxMs, multiplier, resetThresholdMs, jitter, attempts = Infinity } = this.options;
    if (this.lastRestartMs !== undefined && nowMs - this.lastRestartMs >= resetThresholdMs) {
      this.currentMs = initialMs;
      this.restarts = 0;
    }
    if (this.restarts >= attempts) {
      return { restart: false, reason: `all ${attempts} restart attempts are used up` };
    }
    this.restarts++;
    const delayMs = Math.round(Math.min(maxMs, this.currentMs * (1 + jitter * (2 * this.random() - 1))));
    this.currentMs = Math.min(maxMs, this.currentMs * multiplier);
    this.lastRestartMs = nowMs + delayMs;
    return { restart: true, delayMs };
  }
}
