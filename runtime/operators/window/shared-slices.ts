/** Overlapping windows: each record goes into one slice, and a window puts the slices together that it consists of. */
import { instantiate } from '../../common/code-template.js';
import type { Bucket, StateTable } from '../../state/index.js';
import { addToBucket } from './add-to-bucket.js';
import type { WindowGrid } from './grid.js';
import type { SlotKind } from './slots.js';
import { SortedStarts } from './sorted-starts.js';
import type { AddRecord, EmitValue, OpenSlice, GridStore } from './window-store.js';

export class SharedSlices implements GridStore {
  readonly add: AddRecord;
  private readonly starts = new SortedStarts();
  private readonly slices = new Map<number, OpenSlice>();
  /** Counts the records. */
  private order = 0;

  constructor(
    private readonly table: StateTable,
    private readonly grid: WindowGrid,
    private readonly kind: SlotKind,
    private readonly identify: (key: unknown) => unknown,
  ) {
    const first = (record: unknown): unknown => kind.first(record, ++this.order);
    const grow = (slot: unknown, record: unknown): unknown => {
      kind.add(slot, record, ++this.order);
      return slot;
    };
    this.add = instantiate(addToBucket)(first, grow);
  }

  load(): void {
    for (const bucket of this.table.all()) {
      this.starts.add(bucket.namespace as number);
      for (const { value } of bucket.entries()) this.order = Math.max(this.order, this.kind.latestOrder(value));
    }
  }

  sliceAt(timestampMs: number): OpenSlice {
    const { grid, table } = this;
    const start = grid.sliceStart(timestampMs);
    let slice = this.slices.get(start);
    if (slice === undefined) {
      if (table.existing(start) === undefined) this.starts.add(start);
      const quietUntilMs = grid.oldestStart(start) + grid.sizeMs - 1;
      slice = { fromMs: start, toMs: grid.sliceEnd(start), quietUntilMs, content: table.bucket(start) };
      this.slices.set(start, slice);
    }
    return slice;
  }

  nextStart(afterMs: number): number {
    const { grid, starts } = this;
    const earliest = grid.oldestStart(afterMs + 1);
    const slice = starts.from(earliest);
    if (slice === Infinity) return Infinity;
    return slice < earliest + grid.sizeMs ? earliest : grid.oldestStart(slice);
  }

  visit(windowStart: number, emit: EmitValue): void {
    const { kind, identify } = this;
    const merged = new Map<unknown, { key: unknown; slot: unknown }>();
    for (const bucket of this.bucketsOf(windowStart)) {
      for (const { key, value } of bucket.entries()) {
        const id = identify(key);
        const part = merged.get(id);
        if (part === undefined) merged.set(id, { key, slot: kind.copy(value) });
        else kind.merge(part.slot, value);
      }
    }
    for (const [id, { key, slot }] of merged) emit(key, id, kind.result(slot));
  }

  visitKey(windowStart: number, id: unknown, key: unknown, emit: EmitValue): void {
    const { kind } = this;
    let slot: unknown;
    for (const bucket of this.bucketsOf(windowStart)) {
      const cell = bucket.cell(id);
      if (cell === undefined) continue;
      if (slot === undefined) slot = kind.copy(cell.value);
      else kind.merge(slot, cell.value);
    }
    if (slot !== undefined) emit(key, id, kind.result(slot));
  }

  visitKeys(windowStart: number, take: (key: unknown, id: unknown) => void): void {
    const keys = new Map<unknown, unknown>();
    for (const bucket of this.bucketsOf(windowStart)) {
      for (const { key } of bucket.entries()) keys.set(this.identify(key), key);
    }
    for (const [id, key] of keys) take(key, id);
  }

  drop(throughMs: number): void {
    while (this.lastMsOf(this.starts.first) <= throughMs) {
      const { first } = this.starts;
      this.slices.delete(first);
      this.table.drop(first);
      this.starts.removeFirst();
    }
  }

  /** The last millisecond of the latest window that the slice belongs to. */
  private lastMsOf(sliceStart: number): number {
    if (sliceStart === Infinity) return Infinity;
    return this.grid.newestStart(sliceStart) + this.grid.sizeMs - 1;
  }

  private bucketsOf(windowStart: number): Bucket[] {
    return this.starts.between(windowStart, windowStart + this.grid.sizeMs).map((start) => this.table.bucket(start));
  }
}
