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

  /** @returns whether it was one too many within a minute, so that a pause begins: then one attempt a pause is made */
  record(nowMs: number): boolean {
    this.timesMs.push(nowMs);
    while ((this.timesMs[0] ?? nowMs) <= nowMs - 60_000) this.timesMs.shift();
    if (this.timesMs.length <= this.maxPerMinute) return false;
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
