/**
 * What a job does about its failures: which of an attempt decides, what follows from it, and the pause before a restart. It
 * decides only; the job acts.
 */
import type { Clock } from '../../common/clock.js';
import { asWeftError, fromWireError, type ErrorCode, type WeftError } from '../../common/errors/index.js';
import { FailureHistory, type Failure } from '../job/failures.js';
import { RepeatedFailure } from './repeated-failure.js';
import type { Decision, RestartStrategy } from './restart-strategy.js';

export interface RecoveryOptions {
  readonly clock: Clock;
  readonly strategy: RestartStrategy;
  /** `web.exception-history-size` */
  readonly historySize: number;
  /** A checkpoint could not be read. Returns when there is another one to start from. @throws why there is none */
  damaged(error: WeftError): void;
}

/** A task could not read the state that it should start from. */
const DAMAGED: ReadonlySet<string> = new Set(['CHECKPOINT_CORRUPT', 'CHECKPOINT_NOT_FOUND'] satisfies ErrorCode[]);

export class Recovery {
  readonly failures: FailureHistory;
  /** The failure that the job is recovering from or dying of. */
  private failing: Failure | undefined;
  private readonly repeated = new RepeatedFailure();
  private cancelPause: (() => void) | undefined;

  constructor(private readonly options: RecoveryOptions) {
    this.failures = new FailureHistory(options.historySize);
  }

  /** A new attempt starts: its first failure will decide. */
  begin(): void {
    this.failing = undefined;
  }

  /** Whether the failure only follows an earlier one of the attempt, beside which it is kept. */
  joins(failure: Failure): boolean {
    if (this.failing === undefined) return false;
    this.failures.join(failure);
    return true;
  }

  /** The first failure of an attempt. */
  open(failure: Failure): void {
    this.failing = failure;
    this.failures.open(failure);
  }

  /** Whether the job restarts, after which pause. */
  decide({ error }: Failure): Decision {
    const { strategy, clock } = this.options;
    if (DAMAGED.has(error.code)) {
      try {
        // The checkpoint before it may do: that is no matter of the strategy.
        this.options.damaged(fromWireError(error));
        return { restart: true, delayMs: 0 };
      } catch (none) {
        return { restart: false, reason: asWeftError(none).message };
      }
    }
    const times = this.repeated.times(error);
    if (strategy.endless === true && times >= RepeatedFailure.LIMIT) {
      return { restart: false, reason: `it failed in the same way ${times} times in a row` };
    }
    return strategy.onFailure(clock.nowMs());
  }

  /** The job got on: a checkpoint is complete. */
  progressed(): void {
    this.repeated.reset();
    this.options.strategy.onProgress?.();
  }

  get pausing(): boolean {
    return this.cancelPause !== undefined;
  }

  pause(delayMs: number, over: () => void): void {
    this.cancelPause = this.options.clock.after(delayMs, () => {
      this.cancelPause = undefined;
      over();
    });
  }

  endPause(): void {
    this.cancelPause?.();
    this.cancelPause = undefined;
  }
}
