import type { Bucket } from './bucket.js';
import type { KeyedStateBackend } from './keyed-state-backend.js';

/** Where one state keeps the value of the key at hand. */
export interface Slot<V = unknown> {
  /** What comes back may be changed in place, if `set` follows. @throws STATE_NO_KEY */
  get(): V | undefined;
  /** @throws STATE_NO_KEY, STATE_KEY_CHANGED */
  set(value: V): void;
  clear(): void;
}

export class KeyedSlot<V = unknown> implements Slot<V> {
  private bucket: Bucket<V>;

  /** @param bucketOf finds the bucket, which is another one after its namespace was dropped */
  constructor(
    private readonly backend: KeyedStateBackend,
    private readonly name: string,
    private readonly bucketOf: () => Bucket,
  ) {
    this.bucket = bucketOf() as Bucket<V>;
  }

  get(): V | undefined {
    return this.current().get(this.backend.requireKey(this.name));
  }

  set(value: V): void {
    const { backend } = this;
    const id = backend.requireKey(this.name);
    const bucket = this.current();
    const cell = bucket.cell(id);
    if (cell === undefined) {
      // A key that belongs elsewhere would be lost at the next rescale, so it is told when it first comes.
      backend.requireOwnKey();
      bucket.add(id, backend.currentKey, value);
    } else {
      bucket.touch(cell);
      cell.value = value;
    }
  }

  clear(): void {
    this.current().delete(this.backend.requireKey(this.name));
  }

  private current(): Bucket<V> {
    if (this.bucket.isDropped) this.bucket = this.bucketOf() as Bucket<V>;
    return this.bucket;
  }
}
