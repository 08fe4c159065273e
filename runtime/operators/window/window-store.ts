/** Where the windows of a grid keep what they hold, by key. */
import type { Bucket } from '../../state/index.js';

/** Takes what a window holds of a key. @param id what stands for the key in buckets */
export type EmitValue = (key: unknown, id: unknown, value: unknown) => void;

/** A part of time whose records go to one bucket, as long as they are not late for any of its windows. */
export interface OpenSlice {
  /** NaN once it is closed: then no timestamp fits. */
  fromMs: number;
  readonly toMs: number;
  /** Closes when the watermark comes here: a window that it belongs to is complete. */
  readonly quietUntilMs: number;
  readonly bucket: Bucket;
}

export interface GridStore {
  /** The value of a key's first record. */
  readonly first: (record: unknown) => unknown;
  /** The value with one more record; it may be changed in place. */
  readonly grow: (value: unknown, record: unknown) => unknown;
  /** Looks at what came back from a checkpoint. */
  load(): void;
  /** What takes the records of this time; made if there is none. */
  sliceAt(timestampMs: number): OpenSlice;
  /** Start of the first window that holds something and ends after `afterMs + 1`; Infinity when there is none. */
  nextStart(afterMs: number): number;
  /** Hands over what the window holds, key by key. */
  visit(windowStart: number, emit: EmitValue): void;
  /** As `visit`, of one key. */
  visitKey(windowStart: number, id: unknown, key: unknown, emit: EmitValue): void;
  /** The keys that the window holds something of. */
  visitKeys(windowStart: number, take: (key: unknown, id: unknown) => void): void;
  /** Forgets what only belongs to windows whose last millisecond is not after this. */
  drop(throughMs: number): void;
}
