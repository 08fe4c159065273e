/**
 * Values that the subtasks of a job gather, each its own, and that are merged into one: the client gets it with the job's
 * result, the pages show it while the job runs. Register them with the runtime context in `open()`. Names and meaning are
 * Flink's; whole numbers are exact up to 2^53.
 */
export interface Accumulator<V, R> {
  add(value: V): void;
  /** What this subtask has gathered. */
  getLocalValue(): R;
  /** Forgets what was gathered. */
  resetLocal(): void;
  /** Takes in what another one of the same kind has gathered. */
  merge(other: Accumulator<V, R>): void;
  clone(): Accumulator<V, R>;
}

/** One number, which each added one changes. */
abstract class NumberAccumulator implements Accumulator<number, number> {
  protected value: number;

  constructor(private readonly initial: number) {
    this.value = initial;
  }

  abstract add(value: number): void;

  getLocalValue(): number {
    return this.value;
  }

  resetLocal(): void {
    this.value = this.initial;
  }

  merge(other: Accumulator<number, number>): void {
    this.add(other.getLocalValue());
  }

  clone(): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this);
  }
}

abstract class Counter extends NumberAccumulator {
  constructor(value = 0) {
    super(0);
    this.value = value;
  }

  add(value: number): void {
    this.value += value;
  }
}

/** Adds up whole numbers. */
export class IntCounter extends Counter {}

/** Adds up whole numbers; the sum is exact up to 2^53. */
export class LongCounter extends Counter {}

/** Adds up numbers. */
export class DoubleCounter extends Counter {}

abstract class Minimum extends NumberAccumulator {
  add(value: number): void {
    this.value = Math.min(this.value, value);
  }
}

abstract class Maximum extends NumberAccumulator {
  add(value: number): void {
    this.value = Math.max(this.value, value);
  }
}

const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);

/** The least number; 2^31-1 while there was none. */
export class IntMinimum extends Minimum {
  constructor(value = INT_MAX) {
    super(value);
  }
}

/** The greatest number; -2^31 while there was none. */
export class IntMaximum extends Maximum {
  constructor(value = INT_MIN) {
    super(value);
  }
}

/** The least number; 2^53-1 while there was none. */
export class LongMinimum extends Minimum {
  constructor(value = Number.MAX_SAFE_INTEGER) {
    super(value);
  }
}

/** The greatest number; -(2^53-1) while there was none. */
export class LongMaximum extends Maximum {
  constructor(value = Number.MIN_SAFE_INTEGER) {
    super(value);
  }
}

/** The least number; Infinity while there was none. */
export class DoubleMinimum extends Minimum {
  constructor(value = Infinity) {
    super(value);
  }
}

/** The greatest number; -Infinity while there was none. */
export class DoubleMaximum extends Maximum {
  constructor(value = -Infinity) {
    super(value);
  }
}

/** The mean of the numbers; 0 while there was none. */
export class AverageAccumulator implements Accumulator<number, number> {
  constructor(
    private count = 0,
    private sum = 0,
  ) {}

  add(value: number): void {
    this.count++;
    this.sum += value;
  }

  getLocalValue(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** What the mean is made of. */
  getParts(): { count: number; sum: number } {
    return { count: this.count, sum: this.sum };
  }

  resetLocal(): void {
    this.count = 0;
    this.sum = 0;
  }

  merge(other: Accumulator<number, number>): void {
    if (!(other instanceof AverageAccumulator)) throw new TypeError('A mean can only take in another mean.');
    const { count, sum } = other.getParts();
    this.count += count;
    this.sum += sum;
  }

  clone(): AverageAccumulator {
    return new AverageAccumulator(this.count, this.sum);
  }
}

/** How often each number was added. The result is in the order of the numbers. */
export class Histogram implements Accumulator<number, Map<number, number>> {
  private readonly counts: Map<number, number>;

  constructor(counts: Iterable<readonly [number, number]> = []) {
    this.counts = new Map(counts);
  }

  add(value: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
  }

  getLocalValue(): Map<number, number> {
    return new Map([...this.counts].sort(([a], [b]) => a - b));
  }

  resetLocal(): void {
    this.counts.clear();
  }

  merge(other: Accumulator<number, Map<number, number>>): void {
    for (const [value, count] of other.getLocalValue()) this.counts.set(value, (this.counts.get(value) ?? 0) + count);
  }

  clone(): Histogram {
    return new Histogram(this.counts);
  }
}

/** All values, as plain data. They travel with every report of the subtask: meant for few of them. */
export class ListAccumulator<T> implements Accumulator<T, T[]> {
  private values: T[];

  constructor(values: readonly T[] = []) {
    this.values = [...values];
  }

  add(value: T): void {
    this.values.push(value);
  }

  getLocalValue(): T[] {
    return [...this.values];
  }

  resetLocal(): void {
    this.values = [];
  }

  merge(other: Accumulator<T, T[]>): void {
    this.values.push(...other.getLocalValue());
  }

  clone(): ListAccumulator<T> {
    return new ListAccumulator(this.values);
  }
}
