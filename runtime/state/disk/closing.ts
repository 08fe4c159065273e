/**
 * The end of an epoch in the log. When a snapshot is taken, changed entries are still in memory only. They are written in
 * slices while the operator goes on; who changes such an entry first writes it. Nothing later comes into the log before that is
 * done: then the log, as long as it is, is the snapshot.
 */
import type { DiskBucket } from './disk-bucket.js';
import type { DiskCell } from './disk-cell.js';
import type { DiskStore } from './disk-store.js';
import type { Segment } from './segment.js';

/** The log as of one moment. */
export interface LogMark {
  /** The oldest first, and how long each was. */
  readonly segments: readonly { readonly segment: Segment; readonly toBytes: number }[];
  /** For each bucket the addresses that counted; read once, and only if the snapshot is to be whole. */
  readonly addresses: ReadonlyMap<DiskBucket, Iterable<Uint32Array>>;
  /** Until then the segments stay. */
  readonly release: () => void;
}

/** Entries between two looks at the clock. */
const ENTRIES_PER_LOOK = 32;

export class Closing {
  /** Set when all is written. */
  mark: LogMark | undefined;
  /** Whether addresses are wanted. */
  whole = true;
  /** Buckets that are dropped meanwhile: they belong to the snapshot. */
  readonly dropped: DiskBucket[] = [];
  private next = 0;
  private over = false;

  /** @param epoch that begins: what was changed before it is written */
  constructor(
    private readonly store: DiskStore,
    private cells: readonly DiskCell[],
    readonly buckets: readonly DiskBucket[],
    private readonly epoch: number,
    private readonly onOver: () => void,
  ) {}

  /** Goes on until then. @returns whether all is written @throws STATE_DISK_FAILED, STATE_NOT_SERIALIZABLE */
  work(untilMs: number): boolean {
    const { clock } = this.store;
    while (!this.over && this.next < this.cells.length) {
      const end = Math.min(this.next + ENTRIES_PER_LOOK, this.cells.length);
      for (; this.next < end; this.next++) {
        const cell = this.cells[this.next];
        if (!cell.dirty || cell.epoch >= this.epoch) continue;
        this.store.write(cell);
        cell.dirty = false;
      }
      if (clock.monotonicMs() >= untilMs) break;
    }
    if (!this.over && this.next >= this.cells.length) this.end();
    return this.over;
  }

  /** All at once: another snapshot is taken. */
  finish(): void {
    this.work(Infinity);
  }

  /** The snapshot is not wanted any more. What is not written will be, when it changes or leaves memory. */
  giveUp(): void {
    if (!this.over) this.conclude();
    this.mark?.release();
    this.mark = undefined;
  }

  private end(): void {
    const { segments } = this.store.log;
    segments.flush();
    this.mark = {
      segments: segments.segments.map((segment) => ({ segment, toBytes: segment.sizeBytes })),
      addresses: new Map(this.whole ? this.buckets.map((bucket) => [bucket, bucket.table.freeze()]) : []),
      release: segments.keepAll(),
    };
    this.conclude();
  }

  private conclude(): void {
    this.over = true;
    this.cells = [];
    this.onOver();
  }
}
