/** Counts TaskManagers that failed to start, so that a broken cluster is not asked for containers without end. */
export class StartFailures {
  private readonly timesMs: number[] = [];
  private pausedUntil = -Infinity;

  /**
   * @param maxPerMinute `resourcemanager.start-worker.max-failure-rate`
   * @param pauseMs `resourcemanager.start-worker.retry-interval`
   */
  constructor(
    private readonly maxPerMinute: number,
    private readonly pauseMs: number,
  ) {}

  /** Returns whether this failure was one too many and begins a pause. */
  record(nowMs: number): boolean {
    this.timesMs.push(nowMs);
    while ((this.timesMs[0] ?? nowMs) <= nowMs - 60_000) this.timesMs.shift();
    if (this.timesMs.length <= this.maxPerMinute) return false;
    this.timesMs.length = 0;
    this.pausedUntil = nowMs + this.pauseMs;
    return true;
  }

  isPaused(nowMs: number): boolean {
    return nowMs < this.pausedUntil;
  }

  /** When the pause ends; in the past when there is none. */
  get pausedUntilMs(): number {
    return this.pausedUntil;
  }
}
