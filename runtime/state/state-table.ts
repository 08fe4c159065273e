/** One state of a keyed operator: namespace → key → value. */
import type { Bucket } from './bucket.js';
import { VOID_NAMESPACE, type Namespace, type Section } from './section-format.js';

/**
 * Made by `KeyedStateBackend.table`. Windows give each window a namespace, so that all keys of a window are one bucket that
 * is dropped as a whole. A namespace that few keys share (a session) is dear: keep such things as a value of the key.
 */
export class StateTable<V = unknown> {
  private readonly buckets = new Map<Namespace, Bucket<V>>();

  constructor(
    readonly section: Section,
    private readonly makeBucket: (section: Section, namespace: Namespace) => Bucket,
  ) {}

  /** The bucket of what belongs to no window. */
  get void(): Bucket<V> {
    return this.bucket(VOID_NAMESPACE);
  }

  /** Made at the first call. Keep it rather than ask for it with each record. */
  bucket(namespace: Namespace): Bucket<V> {
    let bucket = this.buckets.get(namespace);
    if (bucket === undefined) {
      bucket = this.makeBucket(this.section, namespace) as Bucket<V>;
      this.buckets.set(namespace, bucket);
    }
    return bucket;
  }

  /** The bucket if there is one. */
  existing(namespace: Namespace): Bucket<V> | undefined {
    return this.buckets.get(namespace);
  }

  /** Forgets a namespace with all its keys, at once; a snapshot under way still writes it. */
  drop(namespace: Namespace): void {
    const bucket = this.buckets.get(namespace);
    if (bucket === undefined) return;
    bucket.drop();
    this.buckets.delete(namespace);
  }

  /** Forgets everything. Buckets that somebody keeps stay of use. */
  clear(): void {
    for (const [namespace, bucket] of this.buckets) {
      bucket.clear();
      if (namespace !== VOID_NAMESPACE) this.drop(namespace);
    }
  }

  namespaces(): IterableIterator<Namespace> {
    return this.buckets.keys();
  }

  all(): IterableIterator<Bucket<V>> {
    return this.buckets.values();
  }
}
