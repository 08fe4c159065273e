/** What one window holds of each of its keys, in rows of typed columns that are found by the key. */
import type { Epochs, PortionWriter, Section, SnapshotPart, Versioned } from '../../state/index.js';

/** A row begins with its key, if that is a number, and with its epoch. */
export const ROW_HEAD = 2;
const EPOCH = 1;

const LEAST_ROWS = 16;

interface RowEntry extends Versioned {
  row: number;
}

/** Where rows belong to in snapshots. */
export interface RowsHome {
  /** The window's start. */
  readonly namespace: number;
  readonly section: Section;
  readonly epochs: Epochs<PortionWriter>;
}

export abstract class KeyRows implements SnapshotPart {
  size = 0;
  numbers: Float64Array;
  /** Open addressing: the row that a number leads to, plus 1. */
  private index = new Int32Array(2 * LEAST_ROWS);
  /** Once a key is no number. */
  private byId: Map<unknown, number> | undefined;
  private keys: unknown[] = [];

  /** @param stride numbers of each row */
  constructor(
    private home: RowsHome,
    private readonly stride: number,
  ) {
    this.numbers = new Float64Array(LEAST_ROWS * stride);
  }

  /** The value, to do with as one likes. */
  abstract valueOf(row: number): unknown;

  /** The key has this value from now on. @returns false when it has another form than those in the rows */
  abstract set(id: unknown, key: unknown, value: unknown): boolean;

  /** The value for who takes what leaves the window. */
  resultOf(row: number): unknown {
    return this.valueOf(row);
  }

  /** Forgets everything, to be used for another window: its memory is as large as windows are. */
  emptied(home: RowsHome): this {
    this.home = home;
    this.size = 0;
    this.keys = [];
    this.byId?.clear();
    this.index.fill(0);
    return this;
  }

  /** The row of the key; -1 when it has none. @param id what stands for it */
  find(id: unknown): number {
    if (typeof id !== 'number' || this.byId !== undefined) return this.byId?.get(id) ?? -1;
    const { index, numbers, stride } = this;
    const mask = index.length - 1;
    for (let at = placeOf(id, mask); ; at = (at + 1) & mask) {
      const row = index[at] - 1;
      if (row < 0 || numbers[row * stride] === id) return row;
    }
  }

  /** Makes room for the value of one more row, number `size`. */
  reserve(): void {
    if (this.size * this.stride === this.numbers.length) this.grow();
  }

  /** The reserved row is that of a key that has none. */
  claim(id: unknown, key: unknown): void {
    const row = this.size;
    this.numbers[row * this.stride + EPOCH] = this.home.epochs.current;
    if (typeof id !== 'number' && this.byId === undefined) this.findById();
    this.size++;
    if (this.byId === undefined) {
      this.numbers[row * this.stride] = id as number;
      this.enter(id as number, row);
    } else {
      this.byId.set(id, row);
      this.keys.push(key);
    }
  }

  keyOf(row: number): unknown {
    return this.byId === undefined ? this.numbers[row * this.stride] : this.keys[row];
  }

  epochOf(row: number): number {
    return this.numbers[row * this.stride + EPOCH];
  }

  /** One object for all rows. */
  *entries(): Generator<RowEntry> {
    const entry: RowEntry = { epoch: 0, row: 0 };
    for (; entry.row < this.size; entry.row++) {
      entry.epoch = this.epochOf(entry.row);
      yield entry;
    }
  }

  keep({ row }: RowEntry): void {
    this.touch(row);
  }

  /** Before the row's value changes. */
  touch(row: number): void {
    const { epochs, section, namespace } = this.home;
    const before = this.epochOf(row);
    for (const { epoch, writer } of epochs.runs) {
      if (epoch > before) writer.write(section, namespace, this.keyOf(row), this.valueOf(row));
    }
    this.numbers[row * this.stride + EPOCH] = epochs.current;
  }

  private grow(): void {
    this.numbers = doubled(this.numbers);
    if (this.byId !== undefined) return;
    this.index = new Int32Array(2 * this.index.length);
    for (let row = 0; row < this.size; row++) this.enter(this.keyOf(row) as number, row);
  }

  private enter(key: number, row: number): void {
    const { index } = this;
    const mask = index.length - 1;
    let at = placeOf(key, mask);
    while (index[at] !== 0) at = (at + 1) & mask;
    index[at] = row + 1;
  }

  /** From now on ids of all kinds are found. */
  private findById(): void {
    this.keys = Array.from({ length: this.size }, (_, row) => this.keyOf(row));
    this.byId = new Map(this.keys.map((key, row) => [key, row]));
    this.index = new Int32Array(0);
  }
}

export function doubled(numbers: Float64Array): Float64Array {
  const twice = new Float64Array(2 * numbers.length);
  twice.set(numbers);
  return twice;
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

function placeOf(key: number, mask: number): number {
  let hash = key | 0;
  if (hash !== key) {
    double[0] = key;
    hash = halves[0] ^ Math.imul(halves[1], 31);
  }
  hash = Math.imul(hash, 0x9e3779b1);
  return (hash ^ (hash >>> 15)) & mask;
}
