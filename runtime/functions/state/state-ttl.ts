/** How long keyed state lives after it was written, or read. Counted by the machine's clock, as in Flink. */

/** What makes a value live longer. */
export type TtlUpdateType = 'OnCreateAndWrite' | 'OnReadAndWrite';
/** Whether a value that has expired and is not cleaned up yet may be seen. */
export type TtlStateVisibility = 'NeverReturnExpired' | 'ReturnExpiredIfNotCleanedUp';

/** What removes values that have expired, besides reading them. */
export interface TtlCleanup {
  /** Leaves them out of checkpoints. */
  readonly inFullSnapshot: boolean;
  /** So many entries are looked at with each access; 0 = none. */
  readonly incrementalSize: number;
}

/** What `StateTtlConfig` of the API builds. */
export interface TtlSettings {
  readonly ttlMs: number;
  readonly updateType: TtlUpdateType;
  readonly visibility: TtlStateVisibility;
  readonly cleanup: TtlCleanup;
}
