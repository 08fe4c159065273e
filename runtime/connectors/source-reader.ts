/** What every source is to the slot thread that pulls it. */
import type { OutputTag } from '../functions/index.js';

/**
 * more: call again as soon as there is a turn. wait: nothing is there now; the reader calls `wake` when there is.
 * end: that was all.
 */
export type BatchResult = 'more' | 'wait' | 'end';

/** Whether what comes after the source takes another record now. Looked at before each record. */
export interface Room {
  readonly open: boolean;
}

export interface SourceReader {
  /** Before the first batch. Errors here fail the subtask before it runs. */
  open?(): Promise<void>;
  /** Emits up to `max` records while there is room. Never blocks. */
  nextBatch(max: number): BatchResult;
  /** The subtask is being cancelled: what waits inside shall end. */
  cancel?(): void;
  /** After the last batch, and after a failure or a cancel. */
  close?(): void | Promise<void>;
}

/** How a source speaks of event time. */
export interface SourceTimeOutlet {
  emitWatermark(watermarkMs: number): void;
  /** Nothing comes at the moment; the next record ends it. */
  markIdle(): void;
  /** The records that follow are those of this split. */
  enterSplit(name: string): void;
  endSplit(name: string): void;
  /** Nothing follows. */
  finish(): void;
  /** Left out: the source is not kept together with others. */
  readonly aligned?: AlignedTime | undefined;
}

/** How far a source has come that is kept together with others. */
export interface AlignedTime {
  readonly updateIntervalMs: number;
  /** What it has told those behind it, and whether it is idle. */
  readonly reached: { watermarkMs: number; idle: boolean };
  /** How far each split has come. */
  splitWatermarks(): Iterable<readonly [string, number]>;
  /** Calls this whenever a split has come on. */
  follow(onAdvance: () => void): void;
}

/** What a reader gets to work with. */
export interface SourceOutlet {
  /** Takes a record at once. Called only while there is room. Who calls it counts it in `emitted`. */
  readonly emit: (record: unknown) => void;
  /** How many records were emitted: counted by the batch, because a count a record shows in fast jobs. */
  readonly emitted: Float64Array;
  /** As `emit`, with an event time in epoch milliseconds; counts the record itself. */
  readonly emitWithTimestamp: (record: unknown, timestampMs: number) => void;
  /** Takes a record for a side output. */
  readonly output: (tag: OutputTag<unknown>, record: unknown) => void;
  /** What the source says about event time, in order with its records. */
  readonly time: SourceTimeOutlet;
  readonly room: Room;
  /** Tells the slot thread that a reader that waited has something again. May be called at any time. */
  readonly wake: () => void;
  /** The source failed outside of any call; noticed even while there is no room. */
  readonly fail: (error: unknown) => void;
}

/** Stands for "this record has no event time". */
export const NO_EVENT_TIME = Number.NaN;

/** Which share of a source a subtask reads. */
export interface Share {
  subtask: number;
  parallelism: number;
}
