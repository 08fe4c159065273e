/** What a subtask has to do at certain times: timers, periodic watermarks. The slot thread asks, so nothing runs beside it. */

export interface Scheduled {
  /** When it is due, epoch milliseconds; Infinity = not now. */
  readonly nextMs: number;
  fire(nowMs: number): void;
}

export class Schedule {
  private readonly entries: Scheduled[] = [];

  add(entry: Scheduled): void {
    this.entries.push(entry);
  }

  remove(entry: Scheduled): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
  }

  /** When `run` has something to do; Infinity if nothing is planned. */
  get nextMs(): number {
    let next = Infinity;
    for (const entry of this.entries) if (entry.nextMs < next) next = entry.nextMs;
    return next;
  }

  /** Does what is due. */
  run(nowMs: number): void {
    for (const entry of [...this.entries]) if (entry.nextMs <= nowMs) entry.fire(nowMs);
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }
}
