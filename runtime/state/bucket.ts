/** The entries of one state and one namespace: a value per key. */
import type { Epochs, Versioned } from './epochs.js';
import type { PortionWriter } from './portion-writer.js';
import type { Namespace, Section } from './section-format.js';

/**
 * One entry. Who holds a cell may read and set its value without looking it up again, but calls `Bucket.touch` before it changes
 * the value, or what the value holds.
 */
export interface Cell<V = unknown> extends Versioned {
  readonly key: unknown;
  value: V;
}

/**
 * Entries are found by what stands for their key, `keyIdentity(key)`: for strings, numbers, bigints and booleans that is the key
 * itself. A `Map` of cells, so reading is one look-up, and updating a cell that was read is none.
 */
export class Bucket<V = unknown> {
  /** The bucket is not in its table any more. */
  isDropped = false;
  /** Values that need not be in snapshots. @default all must */
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

  /** Undefined when there is none. The value may be changed in place by who gets it. */
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

  /** @returns whether there was one */
  delete(id: unknown): boolean {
    const cell = this.cells.get(id);
    if (cell === undefined) return false;
    if (cell.epoch !== this.epochs.current) this.keep(cell);
    return this.cells.delete(id);
  }

  /** For state of which no snapshot is taken. */
  clear(): void {
    this.cells.clear();
  }

  /** The entry to read, and to change after `touch`. */
  cell(id: unknown): Cell<V> | undefined {
    return this.cells.get(id);
  }

  /** A new entry; there must be none of that id. */
  add(id: unknown, key: unknown, value: V): Cell<V> {
    const cell = { key, value, epoch: this.epochs.current };
    this.cells.set(id, cell);
    return cell;
  }

  /** Before the cell's value changes. */
  touch(cell: Cell<V>): void {
    if (cell.epoch !== this.epochs.current) this.keep(cell);
  }

  /** In the order of their creation. Entries may be deleted and added meanwhile. */
  entries(): IterableIterator<Cell<V>> {
    return this.cells.values();
  }

  /** As `entries`, with what stands for each key. */
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
