/** A heap of numbers, the least first, in one typed array: millions of them cost the collector nothing. */
export class TimestampHeap {
  size = 0;
  private values = new Float64Array(64);

  /** The least; Infinity when there is none. */
  get least(): number {
    return this.size === 0 ? Infinity : this.values[0];
  }

  push(value: number): void {
    if (this.size === this.values.length) {
      const larger = new Float64Array(2 * this.size);
      larger.set(this.values);
      this.values = larger;
    }
    const { values } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (values[parent] <= value) break;
      values[at] = values[parent];
      at = parent;
    }
    values[at] = value;
  }

  /** Takes the least one away. Must not be called when there is none. */
  pop(): number {
    const { values } = this;
    const least = values[0];
    const last = values[--this.size];
    this.sink(0, last);
    return least;
  }

  /** Holds exactly these from now on. */
  reset(values: Iterable<number>, count: number): void {
    this.values = new Float64Array(Math.max(64, count));
    this.size = 0;
    for (const value of values) this.values[this.size++] = value;
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.sink(at, this.values[at]);
  }

  private sink(from: number, value: number): void {
    const { values, size } = this;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && values[child + 1] < values[child]) child++;
      if (values[child] >= value) break;
      values[at] = values[child];
      at = child;
    }
    values[at] = value;
  }
}
