import type { KeyIdentity } from '../../serde/index.js';
import { keyIdentity } from '../../serde/index.js';
import type { Bucket } from '../bucket.js';
import type { Epochs } from '../epochs.js';
import type { PortionWriter } from '../portion-writer.js';
import type { Namespace, Section } from '../section-format.js';
import { AddressTable } from './address-table.js';
import type { CellCache } from './cell-cache.js';
import { ABSENT, DiskCell } from './disk-cell.js';
import type { DiskState } from './disk-state.js';
import type { EntryLog } from './entry-log.js';
import { recordsAt } from './record-walk.js';

/** What all buckets of an operator share. */
export interface DiskBucketParts {
  readonly log: EntryLog;
  readonly cache: CellCache;
  readonly epochs: Epochs<PortionWriter>;
  readonly write: (cell: DiskCell) => void;
  readonly onIndexBytes: (bytes: number) => void;
  readonly onDrop: (bucket: DiskBucket) => void;
}

/**
 * Entries in a log, and lately used ones in memory. A changed entry is `dirty` until it is written: when it leaves memory, when a
 * snapshot is taken, or before it is changed once more after that.
 */
export class DiskBucket<V = unknown> implements Bucket<V> {
  leaveOut: ((value: V) => boolean) | undefined;
  isExpired: ((value: V) => boolean) | undefined;
  /** Bytes of its records that count. */
  liveBytes = 0;
  /** The epoch in which it was dropped. */
  droppedIn = Infinity;
  readonly table: AddressTable;
  private readonly cells = new Map<KeyIdentity, DiskCell<V>>();

  /** @param number of the bucket in records */
  constructor(
    readonly section: Section,
    readonly namespace: Namespace,
    readonly state: DiskState,
    public number: number,
    private readonly parts: DiskBucketParts,
  ) {
    this.table = new AddressTable(parts.onIndexBytes);
  }

  get isDropped(): boolean {
    return this.droppedIn !== Infinity;
  }

  get(id: unknown): V | undefined {
    const cell = this.cell(id);
    return cell === undefined ? undefined : this.expose(cell);
  }

  set(id: unknown, key: unknown, value: V): void {
    const cell = this.cell(id);
    if (cell === undefined) {
      this.add(id, key, value);
    } else {
      this.touch(cell);
      cell.value = value;
    }
  }

  delete(id: unknown): boolean {
    const cell = this.cell(id);
    if (cell === undefined) return false;
    this.touch(cell);
    cell.value = ABSENT as V;
    return true;
  }

  drop(): void {
    this.droppedIn = this.parts.epochs.current;
    this.parts.onDrop(this as DiskBucket);
  }

  clear(): void {
    for (const [id] of this.identified()) this.delete(id);
  }

  cell(id: unknown): DiskCell<V> | undefined {
    const known = this.cells.get(id as KeyIdentity);
    if (known !== undefined) {
      known.used = true;
      return known.value === ABSENT ? undefined : known;
    }
    const loaded = this.parts.log.load(this, id as KeyIdentity);
    if (loaded !== undefined) this.keep(loaded);
    return loaded;
  }

  add(id: unknown, key: unknown, value: V): DiskCell<V> {
    // It may have gone without the log knowing it yet.
    const known = this.cells.get(id as KeyIdentity);
    const cell = known ?? new DiskCell(this, id as KeyIdentity, key, value);
    this.touch(cell);
    cell.value = value;
    return cell;
  }

  touch(own: DiskCell<V>): void {
    const { epochs, write } = this.parts;
    if (own.epoch === epochs.current) return;
    if (own.dirty) write(own as DiskCell);
    own.dirty = true;
    own.epoch = epochs.current;
    if (!own.cached) this.keep(own);
  }

  /** Changes that a function makes to it, without `touch`, come to nothing. */
  expose(own: DiskCell<V>): V {
    const { epochs, write } = this.parts;
    if (own.dirty && own.epoch !== epochs.current) {
      write(own as DiskCell);
      own.dirty = false;
    }
    return own.value;
  }

  *entries(): Generator<DiskCell<V>> {
    for (const [, cell] of this.identified()) yield cell;
  }

  /** First those in memory, then the others in the order of the log. */
  *identified(): Generator<[KeyIdentity, DiskCell<V>]> {
    const { log } = this.parts;
    const cached = [...this.cells.values()];
    const addresses = this.table.allAddresses().sort();
    const seen = new Set<KeyIdentity>();
    for (const cell of cached) {
      seen.add(cell.id);
      if (cell.value !== ABSENT) yield [cell.id, cell];
    }
    for (const { cursor, key, address } of recordsAt(log.segments, addresses)) {
      const id = keyIdentity(key);
      if (seen.has(id)) continue;
      const known = this.cells.get(id);
      if (known?.value === ABSENT) continue;
      if (known !== undefined) yield [id, known];
      else if (log.find(this, id) === address) yield [id, log.cellAt(this, id, cursor, address)];
      else {
        // It was changed and has left memory, or was moved, since the walk began.
        const loaded = log.load(this, id);
        if (loaded !== undefined) yield [id, loaded];
      }
    }
  }

  /** The entry leaves memory. */
  forget(cell: DiskCell): void {
    this.cells.delete(cell.id);
  }

  private keep(cell: DiskCell<V>): void {
    this.cells.set(cell.id, cell);
    this.parts.cache.add(cell as DiskCell);
  }
}
