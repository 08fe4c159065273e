import type { TtlSettings } from '../functions/index.js';
import type { Bucket } from './bucket.js';
import { KeyedSlot, type Slot } from './keyed-slot.js';
import type { KeyedStateBackend } from './keyed-state-backend.js';
import { TtlCleaner } from './ttl-cleanup.js';

/** A value, and when it was last written, or read. */
interface Timed<V> {
  value: V;
  atMs: number;
}

/** As `KeyedSlot`, with values that expire: when the time to live is over, `last + ttl <= now`. */
export class TtlSlot<V = unknown> implements Slot<V> {
  private readonly slot: KeyedSlot<Timed<V>>;
  private readonly cleaner: TtlCleaner<Timed<V>> | undefined;

  constructor(
    private readonly backend: KeyedStateBackend,
    name: string,
    bucketOf: () => Bucket,
    private readonly config: TtlSettings,
  ) {
    this.slot = new KeyedSlot<Timed<V>>(backend, name, bucketOf);
    const bucket = bucketOf() as Bucket<Timed<V>>;
    bucket.isExpired = (timed) => this.isExpired(timed);
    if (config.cleanup.inFullSnapshot) bucket.leaveOut = (timed) => this.isExpired(timed);
    if (config.cleanup.incrementalSize > 0) {
      this.cleaner = new TtlCleaner(bucket, (timed) => this.isExpired(timed));
    }
  }

  get(): V | undefined {
    this.cleaner?.look(this.config.cleanup.incrementalSize);
    const timed = this.slot.get();
    if (timed === undefined) return undefined;
    if (this.isExpired(timed)) {
      this.slot.clear();
      return this.config.visibility === 'NeverReturnExpired' ? undefined : timed.value;
    }
    if (this.config.updateType === 'OnReadAndWrite') this.set(timed.value);
    return timed.value;
  }

  set(value: V): void {
    this.slot.set({ value, atMs: this.backend.clock.nowMs() });
  }

  clear(): void {
    this.slot.clear();
  }

  private isExpired({ atMs }: Timed<V>): boolean {
    return atMs + this.config.ttlMs <= this.backend.clock.nowMs();
  }
}
