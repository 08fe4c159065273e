import type { Bucket, Cell } from './bucket.js';

/** Looks at a few entries of a bucket at a time, round and round, and removes those that have expired. */
export class TtlCleaner<V> {
  private walk: IterableIterator<[unknown, Cell<V>]> | undefined;

  constructor(
    private readonly bucket: Bucket<V>,
    private readonly isExpired: (value: V) => boolean,
  ) {}

  look(count: number): void {
    for (let i = 0; i < count; i++) {
      this.walk ??= this.bucket.identified();
      const step = this.walk.next();
      if (step.done === true) {
        this.walk = undefined;
        return;
      }
      const [id, cell] = step.value;
      if (this.isExpired(cell.value)) this.bucket.delete(id);
    }
  }
}
