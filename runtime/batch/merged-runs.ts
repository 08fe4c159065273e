/** Several sorted runs as one: a heap of the runs by the key of the entry that each is at. */
import { compareEntryKeys, type EntryView } from './entry.js';
import type { RunReader } from './run-file.js';

export class MergedRuns {
  /** Indexes of runs that have an entry, the least one first. */
  private readonly heap: number[] = [];
  private started = false;

  /** @param runs oldest first: of equal keys the older run's come first */
  constructor(private readonly runs: readonly RunReader[]) {}

  /** The entry at hand, after `advance`. */
  get entry(): EntryView {
    return this.runs[this.heap[0]];
  }

  /** @returns whether there is another entry */
  advance(): boolean {
    if (!this.started) this.start();
    else if (this.runs[this.heap[0]].advance()) this.sink(0);
    else {
      const last = this.heap.pop();
      if (this.heap.length > 0) {
        this.heap[0] = last as number;
        this.sink(0);
      }
    }
    return this.heap.length > 0;
  }

  close(): void {
    for (const run of this.runs) run.close();
  }

  private start(): void {
    this.started = true;
    this.runs.forEach((run, index) => {
      if (run.advance()) this.heap.push(index);
    });
    for (let at = (this.heap.length >> 1) - 1; at >= 0; at--) this.sink(at);
  }

  private sink(from: number): void {
    const { heap } = this;
    let at = from;
    for (;;) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
        if (this.isBefore(heap[child], heap[least])) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least], heap[at]];
      at = least;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const order = compareEntryKeys(this.runs[a], this.runs[b]);
    return order === 0 ? a < b : order < 0;
  }
}
