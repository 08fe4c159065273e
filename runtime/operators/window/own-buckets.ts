/** Windows that do not overlap: each has a bucket of its own. */
import type { StateTable } from '../../state/index.js';
import type { WindowGrid } from './grid.js';
import { SortedStarts } from './sorted-starts.js';
import type { ValueKind } from './window-body.js';
import type { EmitValue, OpenSlice, GridStore } from './window-store.js';

export class OwnBuckets implements GridStore {
  readonly first: ValueKind['first'];
  readonly grow: ValueKind['add'];
  private readonly starts = new SortedStarts();
  private readonly slices = new Map<number, OpenSlice>();

  constructor(
    private readonly table: StateTable,
    private readonly grid: WindowGrid,
    private readonly kind: ValueKind,
    private readonly identify: (key: unknown) => unknown,
  ) {
    this.first = kind.first;
    this.grow = kind.add;
  }

  load(): void {
    for (const start of this.table.namespaces()) this.starts.add(start as number);
  }

  sliceAt(timestampMs: number): OpenSlice {
    const start = this.grid.newestStart(timestampMs);
    let slice = this.slices.get(start);
    if (slice === undefined) {
      if (this.table.existing(start) === undefined) this.starts.add(start);
      const endMs = start + this.grid.sizeMs;
      slice = { fromMs: start, toMs: endMs, quietUntilMs: endMs - 1, bucket: this.table.bucket(start) };
      this.slices.set(start, slice);
    }
    return slice;
  }

  nextStart(afterMs: number): number {
    return this.starts.from(afterMs + 2 - this.grid.sizeMs);
  }

  visit(windowStart: number, emit: EmitValue): void {
    const { kind, identify } = this;
    const bucket = this.table.bucket(windowStart);
    for (const cell of bucket.entries()) emit(cell.key, identify(cell.key), kind.result(bucket.expose(cell)));
  }

  visitKey(windowStart: number, id: unknown, key: unknown, emit: EmitValue): void {
    const bucket = this.table.existing(windowStart);
    const cell = bucket?.cell(id);
    if (bucket !== undefined && cell !== undefined) emit(key, id, this.kind.result(bucket.expose(cell)));
  }

  visitKeys(windowStart: number, take: (key: unknown, id: unknown) => void): void {
    for (const { key } of this.table.bucket(windowStart).entries()) take(key, this.identify(key));
  }

  drop(throughMs: number): void {
    while (this.starts.first + this.grid.sizeMs - 1 <= throughMs) {
      const { first } = this.starts;
      this.slices.delete(first);
      this.table.drop(first);
      this.starts.removeFirst();
    }
  }
}
