/** What an interval join keeps of one of its streams: by key, the records that may still meet others, ordered by time. */
import type { Bucket, Cell, StateTable } from '../../state/index.js';

/** Plain data, as it lies in state: the times, ascending, and the records that have them. */
export interface TimedRecords {
  times: number[];
  records: unknown[];
}

/** Keys are looked at in rounds, each of which is a part of the time for which records are kept. */
const ROUNDS_PER_LIFE = 2;

export class IntervalSide {
  readonly bucket: Bucket<TimedRecords>;
  private readonly roundMs: number;
  /** What stands for keys, by the end of the round in which something of them is over. */
  private readonly rounds = new Map<number, unknown[]>();
  private nextSweepMs = Infinity;

  /** @param lifeMs how long behind its own time a record is kept */
  constructor(
    table: StateTable<TimedRecords>,
    readonly lifeMs: number,
  ) {
    this.bucket = table.void;
    this.roundMs = Math.max(1, Math.ceil(lifeMs / ROUNDS_PER_LIFE));
  }

  /** What came back from a checkpoint. */
  load(): void {
    for (const [id, { value }] of this.bucket.identified()) this.plan(id, value.times[0]);
  }

  /** Keeps a record of the key. @param cell of the key, if there is one */
  add(cell: Cell<TimedRecords> | undefined, id: unknown, key: unknown, timestampMs: number, record: unknown): void {
    if (cell === undefined) {
      const value = { times: [timestampMs], records: [record] };
      this.bucket.add(id, key, value);
      this.plan(id, timestampMs);
      return;
    }
    this.bucket.touch(cell);
    const { times, records } = cell.value;
    let at = times.length;
    while (at > 0 && times[at - 1] > timestampMs) at--;
    if (at === times.length) {
      times.push(timestampMs);
      records.push(record);
    } else {
      times.splice(at, 0, timestampMs);
      records.splice(at, 0, record);
    }
  }

  /** Forgets the records whose life is over. */
  sweep(watermarkMs: number): void {
    if (watermarkMs < this.nextSweepMs) return;
    const due = [...this.rounds].filter(([roundMs]) => roundMs <= watermarkMs);
    for (const [roundMs, ids] of due) {
      this.rounds.delete(roundMs);
      for (const id of ids) this.forget(id, watermarkMs - this.lifeMs);
    }
    this.nextSweepMs = Math.min(Infinity, ...this.rounds.keys());
  }

  private forget(id: unknown, untilMs: number): void {
    const cell = this.bucket.cell(id);
    if (cell === undefined) return;
    this.bucket.touch(cell);
    const { times, records } = cell.value;
    let over = 0;
    while (over < times.length && times[over] <= untilMs) over++;
    if (over === times.length) {
      this.bucket.delete(id);
      return;
    }
    times.splice(0, over);
    records.splice(0, over);
    this.plan(id, times[0]);
  }

  private plan(id: unknown, firstMs: number): void {
    const sweepMs = Math.ceil((firstMs + this.lifeMs) / this.roundMs) * this.roundMs;
    const round = this.rounds.get(sweepMs);
    if (round === undefined) this.rounds.set(sweepMs, [id]);
    else round.push(id);
    if (sweepMs < this.nextSweepMs) this.nextSweepMs = sweepMs;
  }
}
