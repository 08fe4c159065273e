/** Where a task's records come from: a source that it pulls, or (`gate-input.ts`) the gates that other tasks fill. */
import type { BatchResult, SourceReader } from '../../connectors/index.js';
import type { OperatorContext } from '../../operators/index.js';

export interface TaskInput {
  open(): Promise<void>;
  /** Takes up to `max` records and feeds them to the chain. `wait`: something rings the doorbell when there is more. */
  take(max: number): BatchResult;
  /** There was the last record: tells the chain that nothing follows in event time. */
  finish(): void;
  cancel(): void;
  close(): Promise<void>;
  readonly recordsIn: number;
  readonly bytesIn: number;
}

export class SourceInput implements TaskInput {
  /** Flink counts what comes over the network; a source reads nothing from there. */
  readonly recordsIn = 0;
  readonly bytesIn = 0;
  private waiting = false;

  /** @param operator the source itself, whose failures these are */
  constructor(
    private readonly reader: SourceReader,
    private readonly operator: OperatorContext,
  ) {}

  /** The reader has something again. */
  woken(): void {
    this.waiting = false;
  }

  async open(): Promise<void> {
    try {
      await this.reader.open?.();
    } catch (error) {
      throw this.operator.failed(error);
    }
  }

  take(max: number): BatchResult {
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

  cancel(): void {
    this.reader.cancel?.();
  }

  async close(): Promise<void> {
    await this.reader.close?.();
  }
}
