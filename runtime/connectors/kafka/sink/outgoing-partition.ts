/** The records of one partition on their way to the broker: at most one batch of them is under way, so that their order stays. */
import type { TopicPartition } from '../driver/driver.js';
import type { RecordBatchWriter } from '../records/batch-writer.js';
import type { WrittenRange } from './committable.js';

/** A batch in the bytes in which it is sent, and sent again. */
export interface SealedBatch {
  readonly bytes: Buffer;
  /** How often it was sent. */
  attempts: number;
  readonly count: number;
  /** What its records took of the buffer. */
  readonly bufferedBytes: number;
}

export class OutgoingPartition implements TopicPartition {
  /** The broker that has it; -1 while there is none. */
  leader = -1;
  /** Takes records. */
  open: RecordBatchWriter | undefined;
  /** Full, or held back long enough. */
  readonly ready: RecordBatchWriter[] = [];
  /** What is sent now, or was and must be sent again. */
  current: SealedBatch | undefined;
  busy = false;
  /** Sent again after a refusal only from this moment on, monotonic. */
  retryAtMs = 0;
  /** Since when the current batch has been refused, monotonic. */
  refusedSinceMs: number | undefined;
  /** Of the next batch's first record. */
  sequence = 0;
  private firstOffset = -1;
  private lastOffset = -1;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  get isDrained(): boolean {
    return this.open === undefined && this.current === undefined && this.ready.length === 0;
  }

  get hasReady(): boolean {
    return this.current !== undefined || this.ready.length > 0;
  }

  seal(): void {
    if (this.open === undefined) return;
    this.ready.push(this.open);
    this.open = undefined;
  }

  /** The broker has the current batch, from that offset on. */
  acknowledged(baseOffset: number): void {
    const { current } = this;
    if (current === undefined) return;
    this.current = undefined;
    this.refusedSinceMs = undefined;
    this.sequence += current.count;
    if (baseOffset < 0) return;
    if (this.firstOffset < 0) this.firstOffset = baseOffset;
    this.lastOffset = baseOffset + current.count - 1;
  }

  /** What was written since the last call, and begins anew; undefined when nothing was. */
  takeRange(): WrittenRange | undefined {
    const { topic, partition, firstOffset, lastOffset } = this;
    this.sequence = 0;
    this.firstOffset = this.lastOffset = -1;
    return firstOffset < 0 ? undefined : { topic, partition, firstOffset, lastOffset };
  }
}
