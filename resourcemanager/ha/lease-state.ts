/**
 * The life of a lease in one process, as a function of what was read and when. Pure: the caller brings the time, which is
 * that of a monotonic clock of its own; clocks of other processes are never compared, only that they run about as fast.
 */

/** What all candidates see of a lease. Whoever changes it says which one it saw before. */
export interface LeaseRow {
  readonly epoch: number;
  /** Id of the holder; empty when it was let go. */
  readonly holder: string;
  /** `http://host:port` of the holder. */
  readonly address: string;
  /** Grows while the holder lives. */
  readonly renewals: number;
}

/** A standby waits longer than a holder believes, in case its clock runs faster. */
const DRIFT_ALLOWANCE = 1.1;

export class LeaseState {
  private seen: { row: LeaseRow; sinceMs: number } | undefined;
  private held: { epoch: number; untilMs: number } | undefined;

  /** @param termMs how long a lease is held without being renewed */
  constructor(private readonly termMs: number) {}

  /** What a standby is to do about the row that it has read. @param nowMs when it had been read */
  decide(row: LeaseRow | undefined, nowMs: number): 'take' | 'wait' {
    if (row === undefined || row.holder === '') return 'take';
    const { seen } = this;
    // A renewal counts from when it was seen: the holder asked for it before that.
    if (seen?.row.epoch !== row.epoch || seen.row.renewals !== row.renewals) {
      this.seen = { row, sinceMs: nowMs };
      return 'wait';
    }
    return nowMs - seen.sinceMs >= this.termMs * DRIFT_ALLOWANCE ? 'take' : 'wait';
  }

  /** The lease was given, or renewed. @param askedMs when that was asked for: the term counts from there */
  granted(epoch: number, askedMs: number): void {
    this.seen = undefined;
    this.held = { epoch, untilMs: askedMs + this.termMs };
  }

  lost(): void {
    this.held = undefined;
  }

  /** The epoch that this process leads in; undefined when its term is over or it never began. */
  epochAt(nowMs: number): number | undefined {
    return this.held !== undefined && nowMs < this.held.untilMs ? this.held.epoch : undefined;
  }
}
