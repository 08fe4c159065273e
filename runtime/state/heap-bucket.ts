import type { Bucket, Cell } from './bucket.js';
import type { Epochs } from './epochs.js';
import type { PortionWriter } from './portion-writer.js';
import type { Namespace, Section } from './section-format.js';

/** A `Map` of cells, so reading is one look-up, and updating a cell that was read is none. */
export class HeapBucket<V = unknown> implements Bucket<V> {
  isDropped = false;
  isExpired: ((value: V) => boolean) | undefined;
  leaveOut: ((value: V) => boolean) | undefined;
  private readonly cells = new Map<unknown, Cell<V>>();

  constructor(
    readonly section: Section,
    readonly namespace: Namespace,
    private readonly epochs: Epochs<PortionWriter>,
  ) {}

  get size(): number {
    return this.cells.size;
  }

  get(id: unknown): V | undefined {
    const cell = this.cells.get(id);
    if (cell === undefined) return undefined;
    if (cell.epoch !== this.epochs.current) this.keep(cell);
    return cell.value;
  }

  set(id: unknown, key: unknown, value: V): void {
    const cell = this.cells.get(id);
    if (cell === undefined) {
      this.add(id, key, value);
    } else {
      if (cell.epoch !== this.epochs.current) this.keep(cell);
      cell.value = value;
    }
  }

  delete(id: unknown): boolean {
    const cell = this.cells.get(id);
    if (cell === undefined) return false;
    if (cell.epoch !== this.epochs.current) this.keep(cell);
    return this.cells.delete(id);
  }

  drop(): void {
    this.isDropped = true;
  }

  clear(): void {
    this.cells.clear();
  }

  cell(id: unknown): Cell<V> | undefined {
    return this.cells.get(id);
  }

  add(id: unknown, key: unknown, value: V): Cell<V> {
    const cell = { key, value, epoch: this.epochs.current };
    this.cells.set(id, cell);
    return cell;
  }

  touch(cell: Cell<V>): void {
    if (cell.epoch !== this.epochs.current) this.keep(cell);
  }

  expose(cell: Cell<V>): V {
    this.touch(cell);
    return cell.value;
  }

  entries(): IterableIterator<Cell<V>> {
    return this.cells.values();
  }

  identified(): IterableIterator<[unknown, Cell<V>]> {
    return this.cells.entries();
  }

  private keep(cell: Cell<V>): void {
    const left = this.leaveOut?.(cell.value) === true;
    for (const { epoch, writer } of this.epochs.runs) {
      if (epoch > cell.epoch && !left) writer.write(this.section, this.namespace, cell.key, cell.value);
    }
    cell.epoch = this.epochs.current;
  }
}
