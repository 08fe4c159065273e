/** Which entries of an operator are in memory: those that were asked for lately (second chance), as many as fit. */
import type { DiskCell } from './disk-cell.js';

/** An entry of no size: cell, key, place in its Map. */
const CELL_BYTES = 220;
/** A value on the heap against its bytes in the log. */
const HEAP_FACTOR = 2;
/** So many stay whatever they need: an operator has some at hand while it works on a record. */
const MIN_CELLS = 64;
/** A call looks at so many at most. */
const MAX_LOOKS = 16;

export class CellCache {
  /** What all entries are taken to need. */
  heapBytes = 0;
  private readonly cells: DiskCell[] = [];
  private hand = 0;

  /**
   * @param limitBytes may change
   * @param leave writes an entry that is to go; false: it cannot go now
   */
  constructor(
    private readonly limitBytes: () => number,
    private readonly leave: (cell: DiskCell) => boolean,
  ) {}

  add(cell: DiskCell): void {
    cell.cached = true;
    cell.used = true;
    this.cells.push(cell);
    cell.heapBytes = CELL_BYTES + HEAP_FACTOR * cell.storedBytes;
    this.heapBytes += cell.heapBytes;
    this.shrink();
  }

  /** The entry was written: its size is known. */
  weigh(cell: DiskCell): void {
    if (!cell.cached) return;
    const heapBytes = CELL_BYTES + HEAP_FACTOR * cell.storedBytes;
    this.heapBytes += heapBytes - cell.heapBytes;
    cell.heapBytes = heapBytes;
  }

  /** As it is now. */
  snapshot(): DiskCell[] {
    return this.cells.slice();
  }

  private shrink(): void {
    const { cells } = this;
    for (let looks = 0; looks < MAX_LOOKS && cells.length > MIN_CELLS; looks++) {
      if (this.heapBytes <= this.limitBytes()) return;
      if (this.hand >= cells.length) this.hand = 0;
      const cell = cells[this.hand];
      if (cell.used || !this.leave(cell)) {
        cell.used = false;
        this.hand++;
        continue;
      }
      this.heapBytes -= cell.heapBytes;
      cell.cached = false;
      cell.epoch = -1;
      const last = cells.pop();
      if (last !== undefined && last !== cell) cells[this.hand] = last;
    }
  }
}
