/** The starts of the buckets that a window operator has, in order. There are few, and a new one mostly comes last. */
export class SortedStarts {
  private readonly starts: number[] = [];

  get size(): number {
    return this.starts.length;
  }

  /** The least; Infinity when there is none. */
  get first(): number {
    return this.starts.length === 0 ? Infinity : this.starts[0];
  }

  /** It must not be there yet. */
  add(start: number): void {
    this.starts.splice(this.indexFrom(start), 0, start);
  }

  removeFirst(): void {
    this.starts.shift();
  }

  /** The least that is not before this; Infinity when there is none. */
  from(start: number): number {
    const index = this.indexFrom(start);
    return index === this.starts.length ? Infinity : this.starts[index];
  }

  /** Those from `start` (included) to `end` (excluded). */
  between(start: number, end: number): number[] {
    return this.starts.slice(this.indexFrom(start), this.indexFrom(end));
  }

  private indexFrom(start: number): number {
    const { starts } = this;
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
