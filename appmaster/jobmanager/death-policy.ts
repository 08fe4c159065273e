/** Whether a JobManager that died is started again, and how long to wait before. Pure; the caller brings the time. */
export class DeathPolicy {
  private readonly deathsMs: number[] = [];

  /**
   * @param maxDeaths within `windowMs`; one more and the application fails. @default 5
   * @param windowMs @default 60 000
   */
  constructor(
    private readonly maxDeaths = 5,
    readonly windowMs = 60_000,
  ) {}

  get deaths(): number {
    return this.deathsMs.length;
  }

  /** Pause before the next start, milliseconds: none after a first death, then longer. Undefined: give up. */
  died(nowMs: number): number | undefined {
    while ((this.deathsMs[0] ?? nowMs) <= nowMs - this.windowMs) this.deathsMs.shift();
    this.deathsMs.push(nowMs);
    if (this.deathsMs.length > this.maxDeaths) return undefined;
    return this.deathsMs.length === 1 ? 0 : 100 * 2 ** (this.deathsMs.length - 2);
  }
}
