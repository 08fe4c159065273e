/**
 * Silence past the timeout is a verdict: who has not been heard of for too long. Time in which the monitor was not asked (its
 * process was stopped, the machine asleep or overloaded) is nobody's silence: what was said meanwhile still waits in the
 * sockets. Pure; the caller brings the time.
 */
export class LivenessMonitor<K> {
  /** On a clock that stands still while nobody asks. */
  private readonly lastHeardMs = new Map<K, number>();
  private lastAskedMs: number | undefined;
  private awayMs = 0;

  /**
   * @param timeoutMs how long a peer may be silent
   * @param askedEveryMs how often `takeExpired` is called
   */
  constructor(
    readonly timeoutMs: number,
    private readonly askedEveryMs: number,
  ) {}

  heard(peer: K, nowMs: number): void {
    this.lastHeardMs.delete(peer);
    this.lastHeardMs.set(peer, this.awakeMs(nowMs));
  }

  forget(peer: K): void {
    this.lastHeardMs.delete(peer);
  }

  /** Removes and returns the peers that are overdue. Costs only as much as there are overdue ones: oldest come first. */
  takeExpired(nowMs: number): K[] {
    const awakeMs = this.awakeMs(nowMs);
    this.lastAskedMs = nowMs;
    const expired: K[] = [];
    for (const [peer, heardMs] of this.lastHeardMs) {
      if (awakeMs - heardMs <= this.timeoutMs) break;
      expired.push(peer);
      this.lastHeardMs.delete(peer);
    }
    return expired;
  }

  private awakeMs(nowMs: number): number {
    const sinceAskedMs = nowMs - (this.lastAskedMs ?? nowMs);
    if (sinceAskedMs < 0) {
      // The clock was set back: ours goes on from where it was.
      this.awayMs += sinceAskedMs;
      this.lastAskedMs = nowMs;
    }
    if (sinceAskedMs > 2 * this.askedEveryMs) {
      this.awayMs += sinceAskedMs - this.askedEveryMs;
      this.lastAskedMs = nowMs - this.askedEveryMs;
    }
    return nowMs - this.awayMs;
  }
}
