/** What windows and joins must give, worked out in the most obvious way: every window keeps every record of it. */
import { MIN_WATERMARK } from '../../../runtime/functions/index.js';

export interface Event {
  k: string;
  n: number;
}
interface Timed {
  event: Event;
  ts: number;
  /** 1 for the second stream of a join. */
  side: number;
}

/** What a window holds when it fires. */
export interface Fired {
  k: string;
  start: number;
  end: number;
  /** In the order of their arrival. */
  records: Timed[];
}

interface Open extends Fired {
  records: Timed[];
}

/** Windows of one kind over all keys. */
export interface Naive {
  /** @returns what fires at once, or that the record is late */
  element(record: Timed): { fired: Fired[]; late: boolean };
  watermark(watermarkMs: number): Fired[];
}

abstract class NaiveWindows implements Naive {
  protected open: Open[] = [];
  protected nowMs = MIN_WATERMARK;

  constructor(protected readonly latenessMs: number) {}

  abstract element(record: Timed): { fired: Fired[]; late: boolean };

  watermark(watermarkMs: number): Fired[] {
    const before = this.nowMs;
    this.nowMs = watermarkMs;
    const fired = this.open.filter(({ end }) => end - 1 > before && end - 1 <= watermarkMs).map(copyOf);
    this.open = this.open.filter((window) => !this.isOver(window));
    return fired.sort((a, b) => a.end - b.end || a.start - b.start);
  }

  protected isOver({ end }: { end: number }): boolean {
    return end - 1 + this.latenessMs <= this.nowMs;
  }

  protected isLate({ ts }: Timed): boolean {
    return ts + this.latenessMs <= this.nowMs;
  }
}

export class NaiveGrid extends NaiveWindows {
  constructor(
    private readonly size: number,
    private readonly slide: number,
    private readonly offset: number,
    latenessMs: number,
  ) {
    super(latenessMs);
  }

  element(record: Timed): { fired: Fired[]; late: boolean } {
    const fired: Fired[] = [];
    let taken = false;
    const { k } = record.event;
    const newest = Math.floor((record.ts - this.offset) / this.slide);
    for (let i = newest; i * this.slide + this.offset + this.size > record.ts; i--) {
      const start = i * this.slide + this.offset;
      const end = start + this.size;
      if (this.isOver({ end })) continue;
      taken = true;
      let window = this.open.find((each) => each.k === k && each.start === start);
      if (window === undefined) this.open.push((window = { k, start, end, records: [] }));
      window.records.push(record);
      if (end - 1 <= this.nowMs) fired.push(copyOf(window));
    }
    return { fired, late: !taken && this.isLate(record) };
  }
}

export class NaiveSessions extends NaiveWindows {
  constructor(
    private readonly gap: number,
    latenessMs: number,
  ) {
    super(latenessMs);
  }

  element(record: Timed): { fired: Fired[]; late: boolean } {
    const { k } = record.event;
    const own = { start: record.ts, end: record.ts + this.gap };
    const touching = this.open.filter((each) => each.k === k && each.start <= own.end && each.end >= own.start);
    const start = Math.min(own.start, ...touching.map((each) => each.start));
    const end = Math.max(own.end, ...touching.map((each) => each.end));
    if (this.isOver({ end })) return { fired: [], late: this.isLate(record) };
    this.open = this.open.filter((each) => !touching.includes(each));
    const window = { k, start, end, records: [...touching.flatMap(({ records }) => records), record] };
    this.open.push(window);
    return { fired: end - 1 <= this.nowMs ? [copyOf(window)] : [], late: false };
  }
}

function copyOf(window: Open): Fired {
  return { ...window, records: [...window.records] };
}

export interface NaivePair {
  left: Timed;
  right: Timed;
}

/** Keeps every record until no other can meet it. */
export class NaiveIntervals {
  private kept: Timed[] = [];
  private nowMs = MIN_WATERMARK;

  constructor(
    private readonly lower: number,
    private readonly upper: number,
  ) {}

  element(record: Timed): { pairs: NaivePair[]; late: boolean } {
    if (record.ts < this.nowMs) return { pairs: [], late: true };
    const pairs = this.kept
      .filter(({ event, side }) => event.k === record.event.k && side !== record.side)
      .map((other) => (record.side === 0 ? { left: record, right: other } : { left: other, right: record }))
      .filter(({ left, right }) => right.ts >= left.ts + this.lower && right.ts <= left.ts + this.upper);
    this.kept.push(record);
    return { pairs, late: false };
  }

  watermark(watermarkMs: number): void {
    this.nowMs = watermarkMs;
    this.kept = this.kept.filter(({ ts, side }) => {
      const lifeMs = side === 0 ? Math.max(0, this.upper) : Math.max(0, -this.lower);
      return ts + lifeMs > watermarkMs;
    });
  }
}
