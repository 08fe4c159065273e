/** All network memory of a TaskManager: one shared buffer, lent out in segments. Only the main thread lends. */
export class SegmentPool {
  readonly memory: SharedArrayBuffer;
  readonly totalSegments: number;
  /** Last in, first out: memory that was never lent is never touched. */
  private readonly free: number[];

  /** @param networkBytes rounded down to whole segments; offsets must stay below 2³¹ */
  constructor(
    networkBytes: number,
    readonly segmentBytes: number,
  ) {
    this.totalSegments = Math.floor(Math.min(networkBytes, 2 ** 31 - 1) / segmentBytes);
    this.memory = new SharedArrayBuffer(this.totalSegments * segmentBytes);
    this.free = Array.from({ length: this.totalSegments }, (_, i) => this.totalSegments - 1 - i);
  }

  get freeSegments(): number {
    return this.free.length;
  }

  /** The caller has checked that there are so many. */
  take(count: number): number[] {
    return this.free.splice(this.free.length - count, count);
  }

  giveBack(segments: readonly number[]): void {
    this.free.push(...segments);
  }
}

/** A thread's views of the pool. Positions in them are absolute, so that no view is made per segment. */
export interface PoolViews {
  u8: Uint8Array;
  dv: DataView;
  buffer: Buffer;
}

export function viewsOf(memory: SharedArrayBuffer): PoolViews {
  return { u8: new Uint8Array(memory), dv: new DataView(memory), buffer: Buffer.from(memory) };
}
