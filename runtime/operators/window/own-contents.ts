/**
 * Windows that do not overlap: each holds its keys by itself. Values of one form lie in rows of columns; as soon as one is of another
 * form, and where state does not lie on the heap, all lie in buckets of a table.
 */
import { instantiate } from '../../common/code-template.js';
import { keyIdentity } from '../../serde/index.js';
import type {
  Bucket,
  Epochs,
  KeyedAddition,
  KeyedStateBackend,
  Namespace,
  SnapshotPart,
  StateTable,
} from '../../state/index.js';
import { addToBucket } from './add-to-bucket.js';
import type { WindowGrid } from './grid.js';
import type { KeyRows, RowsHome } from './key-rows.js';
import { SortedStarts } from './sorted-starts.js';
import type { ValueKind } from './window-body.js';
import type { AddRecord, EmitValue, GridStore, OpenSlice } from './window-store.js';

/** What a window holds: one of the two, or nothing yet. */
export interface OwnContent {
  readonly start: number;
  rows: KeyRows | undefined;
  bucket: Bucket | undefined;
}

/** A key of the window has this value from now on. */
export type PutValue = (content: OwnContent, id: unknown, key: unknown, value: unknown) => void;

/** Adds a record where there are no rows. */
export type AddToBucket = (content: OwnContent, id: unknown, key: unknown, record: unknown) => void;

/** How values lie in rows. */
export interface RowsKind {
  /** The operator's own code, which adds a record to an `OwnContent`. */
  code(put: PutValue, addToBucket: AddToBucket, epochs: Pick<Epochs<unknown>, 'current'>): AddRecord;
  /** Rows for values like this one; undefined when there are none. */
  rowsFor(value: unknown, home: RowsHome): KeyRows | undefined;
}

interface OwnSlice extends OpenSlice {
  readonly content: OwnContent;
}

export class OwnContents implements GridStore, KeyedAddition {
  readonly kind = 'value';
  readonly name: string;
  readonly add: AddRecord;
  private readonly starts = new SortedStarts();
  private readonly slices = new Map<number, OwnSlice>();
  private inRows: boolean;
  private readonly home: Omit<RowsHome, 'namespace'>;
  /** Of a window that is over. */
  private spare: KeyRows | undefined;

  constructor(
    private readonly table: StateTable,
    backend: KeyedStateBackend,
    private readonly grid: WindowGrid,
    private readonly values: ValueKind,
    private readonly rowsKind: RowsKind,
    private readonly identify: (key: unknown) => unknown,
  ) {
    const { epochs, keepsCells } = backend;
    this.name = table.section.name;
    this.inRows = keepsCells;
    this.home = { section: keepsCells ? backend.add(this) : table.section, epochs };
    const inBucket = instantiate(addToBucket)(values.first, values.add);
    this.add = rowsKind.code(
      (content, id, key, value) => this.put(content, id, key, value),
      (content, id, key, record) => {
        if (content.bucket === undefined) this.put(content, id, key, values.first(record));
        else inBucket(content.bucket, id, key, record);
      },
      epochs,
    );
  }

  load(): void {
    for (const start of this.table.namespaces()) this.sliceAt(start as number);
  }

  restore(namespace: Namespace, key: unknown, value: unknown): void {
    this.put(this.sliceAt(namespace as number).content, keyIdentity(key), key, value);
  }

  parts(): readonly SnapshotPart[] {
    return [...this.slices.values()].flatMap(({ content: { rows } }) => rows ?? []);
  }

  sliceAt(timestampMs: number): OwnSlice {
    const start = this.grid.newestStart(timestampMs);
    let slice = this.slices.get(start);
    if (slice === undefined) {
      const endMs = start + this.grid.sizeMs;
      const bucket = this.inRows ? this.table.existing(start) : this.table.bucket(start);
      slice = { fromMs: start, toMs: endMs, quietUntilMs: endMs - 1, content: { start, rows: undefined, bucket } };
      this.starts.add(start);
      this.slices.set(start, slice);
    }
    return slice;
  }

  nextStart(afterMs: number): number {
    return this.starts.from(afterMs + 2 - this.grid.sizeMs);
  }

  visit(windowStart: number, emit: EmitValue): void {
    const { values, identify } = this;
    const { rows, bucket } = this.sliceAt(windowStart).content;
    for (let row = 0; row < (rows?.size ?? 0); row++) {
      const key = rows?.keyOf(row);
      emit(key, identify(key), values.result(rows?.resultOf(row)));
    }
    if (bucket === undefined) return;
    for (const cell of bucket.entries()) emit(cell.key, identify(cell.key), values.result(bucket.expose(cell)));
  }

  visitKey(windowStart: number, id: unknown, key: unknown, emit: EmitValue): void {
    const { rows, bucket } = this.sliceAt(windowStart).content;
    const row = rows?.find(id) ?? -1;
    if (row >= 0) emit(key, id, this.values.result(rows?.resultOf(row)));
    const cell = bucket?.cell(id);
    if (bucket !== undefined && cell !== undefined) emit(key, id, this.values.result(bucket.expose(cell)));
  }

  visitKeys(windowStart: number, take: (key: unknown, id: unknown) => void): void {
    const { rows, bucket } = this.sliceAt(windowStart).content;
    for (let row = 0; row < (rows?.size ?? 0); row++) take(rows?.keyOf(row), this.identify(rows?.keyOf(row)));
    for (const { key } of bucket?.entries() ?? []) take(key, this.identify(key));
  }

  drop(throughMs: number): void {
    while (this.starts.first + this.grid.sizeMs - 1 <= throughMs) {
      const { first } = this.starts;
      const { rows } = this.sliceAt(first).content;
      this.slices.delete(first);
      this.table.drop(first);
      this.starts.removeFirst();
      // A snapshot under way still wants to read it.
      if (this.home.epochs.runs.length === 0) this.spare = rows;
    }
  }

  private put(content: OwnContent, id: unknown, key: unknown, value: unknown): void {
    if (this.inRows) {
      content.rows ??= this.newRows(value, content.start);
      if (content.rows?.set(id, key, value) === true) return;
      this.toBuckets();
    }
    content.bucket ??= this.table.bucket(content.start);
    content.bucket.set(id, key, value);
  }

  private newRows(value: unknown, namespace: number): KeyRows | undefined {
    const home = { ...this.home, namespace };
    const rows = this.spare?.emptied(home) ?? this.rowsKind.rowsFor(value, home);
    this.spare = undefined;
    return rows;
  }

  /** A value is of another form than those before: from now on all are kept as they are. */
  private toBuckets(): void {
    this.inRows = false;
    this.spare = undefined;
    for (const { content } of this.slices.values()) {
      const { rows, start } = content;
      const bucket = this.table.bucket(start);
      for (let row = 0; row < (rows?.size ?? 0); row++) {
        const key = rows?.keyOf(row);
        bucket.add(this.identify(key), key, rows?.valueOf(row)).epoch = rows?.epochOf(row) ?? 0;
      }
      content.rows = undefined;
      content.bucket = bucket;
    }
  }
}
