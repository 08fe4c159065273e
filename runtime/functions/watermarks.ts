/** Event time as users describe it: where timestamps come from, and how far a stream has come. Names and meaning are Flink's. */

/** Before any watermark; Flink's Long.MIN_VALUE. */
export const MIN_WATERMARK = Number.MIN_SAFE_INTEGER;
/** The stream is over: nothing with a timestamp follows. Flink's Long.MAX_VALUE. */
export const MAX_WATERMARK = Number.MAX_SAFE_INTEGER;

/** Takes what a generator says about a stream. */
export interface WatermarkOutput {
  /** No record with a timestamp up to this will follow. Smaller ones than before are ignored. */
  emitWatermark(watermarkMs: number): void;
  /** Nothing comes at the moment: who waits for several streams need not wait for this one. */
  markIdle(): void;
  markActive(): void;
}

/** Makes watermarks from the timestamps of a stream, or of one split of a source. */
export interface WatermarkGenerator<T> {
  onEvent(event: T, timestampMs: number, output: WatermarkOutput): void;
  /** Every `setAutoWatermarkInterval`, 200 ms unless set. */
  onPeriodicEmit(output: WatermarkOutput): void;
}

/** What a generator may know when it is made. */
export interface WatermarkGeneratorContext {
  /** Wall time, epoch milliseconds. */
  currentProcessingTime(): number;
}

/** Reads the event time of a record, epoch milliseconds. */
export interface TimestampAssigner<T> {
  /** @param recordTimestamp what the source gave the record; MIN_WATERMARK if nothing */
  extractTimestamp(element: T, recordTimestamp: number): number;
}
export type TimestampAssignerInput<T> = ((element: T, recordTimestamp: number) => number) | TimestampAssigner<T>;

/** Sources of which none runs further ahead than the drift, counted from the one furthest behind. */
export interface WatermarkAlignment {
  readonly group: string;
  readonly maxDriftMs: number;
  readonly updateIntervalMs: number;
}
