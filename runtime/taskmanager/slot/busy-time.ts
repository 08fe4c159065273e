/** Where the time of a task goes: working, waiting for room downstream, or waiting for input. */
export type Occupation = 'busy' | 'backPressured' | 'idle';

export class BusyTime {
  busyMs = 0;
  backPressuredMs = 0;
  idleMs = 0;
  private current: Occupation = 'idle';

  /** @param sinceMs monotonic time */
  constructor(private sinceMs: number) {}

  /** From now on the task is at this. */
  become(occupation: Occupation, nowMs: number): void {
    this.update(nowMs);
    this.current = occupation;
  }

  /** Adds the time up to now to what the task is at. */
  update(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.sinceMs);
    if (this.current === 'busy') this.busyMs += passedMs;
    else if (this.current === 'idle') this.idleMs += passedMs;
    else this.backPressuredMs += passedMs;
    this.sinceMs = nowMs;
  }
}
