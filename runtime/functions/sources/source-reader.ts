import type { MetricGroup } from '../metrics.js';
import type { OutputTag } from '../output-tag.js';
import type { SourceSplit } from './source.js';

/**
 * MORE_AVAILABLE: call again. NOTHING_AVAILABLE: call again when `isAvailable` has resolved. END_OF_INPUT: there will be no
 * further record.
 */
export type InputStatus = 'MORE_AVAILABLE' | 'NOTHING_AVAILABLE' | 'END_OF_INPUT';

/** Takes records of one split, or of a source that does not tell them apart. */
export interface SourceOutput<T> {
  /** @param timestampMs event time, epoch milliseconds; none if left out */
  collect(record: T, timestampMs?: number): void;
}

export interface ReaderOutput<T> extends SourceOutput<T> {
  /** No record with a timestamp up to this will follow. A strategy that the source was given takes its place. */
  emitWatermark(watermarkMs: number): void;
  /** Nothing comes at the moment: who waits for several streams need not wait for this one. The next record ends it. */
  markIdle(): void;
  /** Gives a side output of the source a record: `getSideOutput` of its stream has them. */
  output<X>(tag: OutputTag<X>, record: X): void;
  /** What takes the records of a split, so that each split has its own event time. The same for the same split. */
  createOutputForSplit(splitId: string): SourceOutput<T>;
  /** The split is over, or is not read here any more: nobody waits for its event time. */
  releaseOutputForSplit(splitId: string): void;
}

/** What a reader gets to work with. */
export interface SourceReaderContext {
  readonly subtask: number;
  readonly parallelism: number;
  /** Becomes true when the job is cancelled; reading should then end soon. */
  readonly isCancelled: boolean;
  /** Where metrics of the source are registered. */
  readonly metricGroup: MetricGroup;
  /** Asks the enumerator for a split. */
  sendSplitRequest(): void;
  /** @param event plain data */
  sendSourceEventToEnumerator(event: unknown): void;
  /** Time that never goes back, from an arbitrary origin. */
  monotonicMs(): number;
  /** Resolves after the time, or at once on a cancel. */
  sleep(delayMs: number): Promise<void>;
}

/** Reads splits in a subtask. Its methods are called one after the other on the subtask's thread, which they must not block. */
export interface SourceReader<T, S extends SourceSplit> {
  /** Before everything else; a reader that wants a split asks for it here. */
  start?(): void | Promise<void>;
  /**
   * Emits what is there: at most one record or a few, so that the subtask can stop between two calls when there is no room
   * downstream. Must not wait.
   */
  pollNext(output: ReaderOutput<T>): InputStatus;
  /** Resolves when `pollNext` has something again; asked after NOTHING_AVAILABLE. */
  isAvailable(): Promise<void>;
  /** Splits from the enumerator or, with their positions, from a checkpoint. */
  addSplits(splits: readonly S[]): void;
  /** No further split will come. */
  notifyNoMoreSplits(): void;
  /** What the enumerator sent. */
  handleSourceEvent?(event: unknown): void;
  /** The splits that are not read to their end, with the positions behind the last record emitted. Must not wait. */
  snapshotState(checkpointId: number): readonly S[];
  /** Everything of the checkpoint is safe. Best effort. */
  notifyCheckpointComplete?(checkpointId: number): void | Promise<void>;
  /** Splits that are ahead of others in event time wait, and go on later; splits that are in neither list stay as they are. */
  pauseOrResumeSplits?(pause: readonly string[], resume: readonly string[]): void;
  close?(): void | Promise<void>;
}
