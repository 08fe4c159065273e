import type { TtlCleanup, TtlSettings, TtlStateVisibility, TtlUpdateType } from '../../functions/index.js';
import { apiError } from '../api-error.js';
import { checkInteger, durationMs, type Duration } from '../checks.js';

/** How long keyed state lives: `StateTtlConfig.newBuilder(Time.hours(1)).build()`, for `descriptor.enableTimeToLive(…)`. */
export class StateTtlConfig implements TtlSettings {
  static readonly UpdateType = { OnCreateAndWrite: 'OnCreateAndWrite', OnReadAndWrite: 'OnReadAndWrite' } as const;
  static readonly StateVisibility = {
    NeverReturnExpired: 'NeverReturnExpired',
    ReturnExpiredIfNotCleanedUp: 'ReturnExpiredIfNotCleanedUp',
  } as const;

  /** Made by `newBuilder(…).build()`. */
  constructor(
    readonly ttlMs: number,
    readonly updateType: TtlUpdateType,
    readonly visibility: TtlStateVisibility,
    readonly cleanup: TtlCleanup,
  ) {}

  /** @param ttl how long a value lives after it was last written @throws API_BAD_ARGUMENT unless it is more than 0 */
  static newBuilder(ttl: Duration): StateTtlConfigBuilder {
    const ttlMs = durationMs('The time of newBuilder()', ttl);
    if (ttlMs === 0) throw apiError('API_BAD_ARGUMENT', 'The time to live must be more than 0.');
    return new StateTtlConfigBuilder(ttlMs);
  }
}

export class StateTtlConfigBuilder {
  private updateType: TtlUpdateType = 'OnCreateAndWrite';
  private visibility: TtlStateVisibility = 'NeverReturnExpired';
  private cleanup: TtlCleanup = { inFullSnapshot: false, incrementalSize: 5 };

  constructor(private readonly ttlMs: number) {}

  /** What makes a value live longer. @default OnCreateAndWrite */
  setUpdateType(updateType: TtlUpdateType): this {
    this.updateType = updateType;
    return this;
  }

  updateTtlOnCreateAndWrite(): this {
    return this.setUpdateType('OnCreateAndWrite');
  }

  updateTtlOnReadAndWrite(): this {
    return this.setUpdateType('OnReadAndWrite');
  }

  /** Whether a value that has expired may be seen until it is removed. @default NeverReturnExpired */
  setStateVisibility(visibility: TtlStateVisibility): this {
    this.visibility = visibility;
    return this;
  }

  neverReturnExpired(): this {
    return this.setStateVisibility('NeverReturnExpired');
  }

  returnExpiredIfNotCleanedUp(): this {
    return this.setStateVisibility('ReturnExpiredIfNotCleanedUp');
  }

  /** Leaves values that have expired out of checkpoints. */
  cleanupFullSnapshot(): this {
    this.cleanup = { ...this.cleanup, inFullSnapshot: true };
    return this;
  }

  /** Looks at so many entries with each access, and removes those that have expired. @default 5 */
  cleanupIncrementally(cleanupSize: number): this {
    const incrementalSize = checkInteger('The size of cleanupIncrementally()', cleanupSize, 0);
    this.cleanup = { ...this.cleanup, incrementalSize };
    return this;
  }

  /** Removes values only when they are read. */
  disableCleanupInBackground(): this {
    this.cleanup = { ...this.cleanup, incrementalSize: 0 };
    return this;
  }

  build(): StateTtlConfig {
    return new StateTtlConfig(this.ttlMs, this.updateType, this.visibility, this.cleanup);
  }
}
