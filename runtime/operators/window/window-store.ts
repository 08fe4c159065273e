/** Where the windows of a grid keep what they hold, by key. */
/** Takes what a window holds of a key. @param id what stands for the key in buckets */
export type EmitValue = (key: unknown, id: unknown, value: unknown) => void;

/** Puts one record into what a slice holds of its key; throws what functions of the program throw. */
export type AddRecord = (content: unknown, id: unknown, key: unknown, record: unknown) => void;

/** A part of time whose records go to one place, as long as they are not late for any of its windows. */
export interface OpenSlice {
  /** NaN once it is closed: then no timestamp fits. */
  fromMs: number;
  readonly toMs: number;
  /** Closes when the watermark comes here: a window that it belongs to is complete. */
  readonly quietUntilMs: number;
  /** What holds the records, for the store's `add`. */
  readonly content: unknown;
}

export interface GridStore {
  /** Of this store alone, so that it can be part of the operator's own code. */
  readonly add: AddRecord;
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
