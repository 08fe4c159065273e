/** Where a task's records come from: a source that it pulls, or (`gate-input.ts`) the gates that other tasks fill. */
import type { Clock } from '../../common/clock.js';
import type { CheckpointOrder } from '../../common/wire/protocols/checkpoints.js';
import type { BatchResult, SourceReader } from '../../connectors/index.js';
import type { OperatorContext } from '../../operators/index.js';
import type { AlignedCheckpoint, CapturedChannel, RestoredChannel } from './checkpoint/index.js';

/** The part that an input has in checkpoints. */
export interface InputCheckpoints {
  /** The JobManager's own order. */
  begin(order: CheckpointOrder): void;
  /** The snapshot is about to be taken. */
  prepare(order: CheckpointOrder): void;
  /** It is taken now, and unaligned: begins to copy what is on its way. */
  capture(order: CheckpointOrder): readonly CapturedChannel[];
  /** What was on its way when the checkpoint was taken that the task starts from. @throws SERDE_CORRUPT */
  replay(channels: readonly RestoredChannel[]): void;
  /** It is taken: what waited for it goes on. */
  taken(): void;
  aborted(checkpointId: number): void;
  /** The job ends with a savepoint: the next batch is the end. */
  stop(): void;
}

/** Who keeps the task from coming on in event time. */
export interface HeldBack {
  /** For people. */
  by: string;
  /** Since when its watermark stands, monotonic. */
  sinceMs: number;
}

export interface TaskInput {
  open(): Promise<void>;
  /** Takes up to `max` records and feeds them to the chain. `wait`: something rings the doorbell when there is more. */
  take(max: number): BatchResult;
  /** There was the last record: tells the chain that nothing follows in event time. */
  finish(): void;
  cancel(): void;
  close(): Promise<void>;
  /** The part of the input that is behind the others in event time, if one is. */
  heldBackBy?(): HeldBack | undefined;
  readonly recordsIn: number;
  readonly bytesIn: number;
  /** Left out where there are none: over sorted input. */
  readonly checkpoints?: InputCheckpoints;
}

export class SourceInput implements TaskInput {
  /** Flink counts what comes over the network; a source reads nothing from there. */
  readonly recordsIn = 0;
  readonly bytesIn = 0;
  readonly checkpoints: InputCheckpoints;
  private waiting = false;

  /**
   * @param operator the source itself, whose failures these are
   * @param over it had ended when the checkpoint was taken that it starts from
   */
  constructor(
    private readonly reader: SourceReader,
    private readonly operator: OperatorContext,
    clock: Clock,
    onAligned: (aligned: AlignedCheckpoint) => void,
    private over: boolean,
  ) {
    this.checkpoints = {
      begin: (order) => {
        const startDelayMs = Math.max(0, clock.nowMs() - order.timestampMs);
        onAligned({ order, startDelayMs, alignmentMs: 0, processedBytes: 0 });
      },
      prepare: ({ kind }) => {
        if (kind === 'drain') this.finish();
      },
      capture: () => [],
      replay: () => undefined,
      taken: () => undefined,
      aborted: () => undefined,
      stop: () => {
        this.over = true;
      },
    };
  }

  /** The reader has something again. */
  woken(): void {
    this.waiting = false;
  }

  async open(): Promise<void> {
    if (this.over) return;
    try {
      await this.reader.open?.();
    } catch (error) {
      throw this.operator.failed(error);
    }
  }

  take(max: number): BatchResult {
    if (this.over) return 'end';
    if (this.waiting) return 'wait';
    // Set before the call, because the reader may wake its task within it.
    this.waiting = true;
    try {
      const result = this.reader.nextBatch(max);
      if (result !== 'wait') this.waiting = false;
      return result;
    } catch (error) {
      throw this.operator.failed(error);
    }
  }

  finish(): void {
    this.operator.sourceTime?.finish();
  }

  heldBackBy(): HeldBack | undefined {
    const split = this.operator.sourceTime?.slowestSplit();
    return split === undefined ? undefined : { by: `split ${split.name}`, sinceMs: split.sinceMs };
  }

  cancel(): void {
    this.reader.cancel?.();
  }

  async close(): Promise<void> {
    await this.reader.close?.();
  }
}
