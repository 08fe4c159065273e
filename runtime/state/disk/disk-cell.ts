import type { KeyIdentity } from '../../serde/index.js';
import type { Cell } from '../bucket.js';
import type { DiskBucket } from './disk-bucket.js';

/** The value of a key that is gone, until the log says so. */
export const ABSENT: unknown = Symbol('absent');
/** `address` of what the log does not have. */
export const NOT_STORED = -1;

/** An entry in memory: read from the log, or new, or changed since. */
export class DiskCell<V = unknown> implements Cell<V> {
  /** In which it was last changed; -1 = not since it was read. */
  epoch = -1;
  /** Its value is not in the log yet. */
  dirty = false;
  /** It is in its bucket and in the cache. */
  cached = false;
  /** Somebody asked for it since the cache last looked. */
  used = true;
  /** Where its last version lies, unless cleaning has moved that; `NOT_STORED`. */
  address = NOT_STORED;
  /** Of that version, with the room behind it. */
  storedBytes = 0;
  /** What it is taken to need on the heap. */
  heapBytes = 0;

  constructor(
    readonly bucket: DiskBucket<V>,
    readonly id: KeyIdentity,
    readonly key: unknown,
    public value: V,
  ) {}
}
