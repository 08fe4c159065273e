/**
 * What a job does about its failures: which of them decides, what follows from it, which regions wait for their restart, and the
 * pause before it. It decides only; the job acts.
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
  /** The regions that are to start again, or are dying. */
  private readonly down = new Set<number>();
  private readonly repeated = new RepeatedFailure();
  private cancelPause: (() => void) | undefined;

  constructor(private readonly options: RecoveryOptions) {
    this.failures = new FailureHistory(options.historySize);
  }

  /** Those that are down start again: their next failure decides anew. @returns them */
  begin(): ReadonlySet<number> {
    const regions = new Set(this.down);
    this.down.clear();
    return regions;
  }

  isDown(region: number): boolean {
    return this.down.has(region);
  }

  get regionsDown(): ReadonlySet<number> {
    return this.down;
  }

  /**
   * These regions failed, for one reason.
   * @returns whether it only follows an earlier failure of one of them, beside which it is kept, so that nothing need be decided
   */
  joins(failure: Failure, regions: Iterable<number>): boolean {
    const all = [...regions];
    const joins = all.some((region) => this.down.has(region));
    if (joins) this.failures.join(failure);
    else this.failures.open(failure);
    for (const region of all) this.down.add(region);
    return joins;
  }

  /** Whether the checkpoint is at fault, from which all regions came. */
  static isOfAll({ error }: Failure): boolean {
    return DAMAGED.has(error.code);
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

  /** A pause that has begun already ends with this one. */
  pause(delayMs: number, over: () => void): void {
    this.endPause();
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
