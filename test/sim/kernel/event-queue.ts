/** Things to come in the order of their time, then of their announcement: a binary heap. */
export interface Timed {
  readonly atMs: number;
  readonly order: number;
  isCancelled: boolean;
}

export class EventQueue<T extends Timed> {
  private readonly heap: T[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(item: T): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(item, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = item;
  }

  /** The next one that was not cancelled. */
  pop(): T | undefined {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined) return undefined;
      const last = this.heap.pop() as T;
      if (this.heap.length > 0) this.sink(last);
      if (!first.isCancelled) return first;
    }
  }

  private sink(item: T): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], item)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = item;
  }
}

function isBefore(a: Timed, b: Timed): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
