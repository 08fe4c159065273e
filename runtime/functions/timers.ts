/** Timers as functions see them. */

/** Timers of the key at hand; each moment once. */
export interface TimerService {
  /** Wall time, epoch milliseconds. */
  currentProcessingTime(): number;
  /** How far event time has come; MIN_WATERMARK before the first watermark. */
  currentWatermark(): number;
  /** Fires when the watermark reaches the time; one that has passed fires at the next watermark. @throws STATE_NO_KEY */
  registerEventTimeTimer(timestampMs: number): void;
  /** Fires when the machine's clock reaches the time. @throws STATE_NO_KEY */
  registerProcessingTimeTimer(timestampMs: number): void;
  deleteEventTimeTimer(timestampMs: number): void;
  deleteProcessingTimeTimer(timestampMs: number): void;
}

/** In which time a timer was set. */
export const TimeDomain = { EVENT_TIME: 'EVENT_TIME', PROCESSING_TIME: 'PROCESSING_TIME' } as const;
export type TimeDomain = (typeof TimeDomain)[keyof typeof TimeDomain];
