/**
 * The sink behind `executeAndCollect`: keeps records until the client has fetched them. What was fetched counts as arrived when
 * the client asks for what comes after it. While too much waits here, the job waits.
 */
import { serialize } from 'node:v8';
import type { Clock } from '../../common/clock.js';

/** Records that may wait here, as bytes. */
const CAPACITY_BYTES = 1024 * 1024;
/** An answer holds no more than this. */
const BATCH_BYTES = 256 * 1024;
/** A question is answered after this time though there is nothing. */
const ANSWER_WITHIN_MS = 200;

export interface CollectedRecords {
  /** Structured clones, base64. */
  records: string[];
  /** No record follows this one. */
  ended: boolean;
}

export class ResultBuffer {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  /** Position of the first record that waits. */
  private position = 0;
  private inputEnded = false;
  private onMore: (() => void) | undefined;
  private onFetched: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    /** There is room again. */
    private readonly wake: () => void,
  ) {}

  write(record: unknown): void {
    const clone = serialize(record);
    this.waiting.push(clone);
    this.waitingBytes += clone.length;
  }

  /** A turn of the slot thread ends. */
  flush(): void {
    if (this.waiting.length > 0) this.onMore?.();
  }

  /** Whether the job has to wait. */
  get busy(): boolean {
    return this.waitingBytes >= CAPACITY_BYTES || (this.inputEnded && this.waiting.length > 0);
  }

  /** What waits here is the client's already. */
  readonly unsaved = false;

  /** The input is over. Resolves when the client has everything. */
  idle(): Promise<void> {
    this.inputEnded = true;
    this.onMore?.();
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => {
      this.onFetched = resolve;
    });
  }

  /** Nobody will fetch anything any more. */
  discard(): void {
    this.waiting = [];
    this.waitingBytes = 0;
    this.onFetched?.();
  }

  /** The records from a position on, which says that those before it have arrived. */
  async take(from: number): Promise<CollectedRecords> {
    this.arrived(from);
    if (this.waiting.length === 0 && !this.inputEnded) await this.more();
    const records: string[] = [];
    let bytes = 0;
    for (const clone of this.waiting) {
      if (bytes >= BATCH_BYTES) break;
      bytes += clone.length;
      records.push(clone.toString('base64'));
    }
    return { records, ended: this.inputEnded && this.waiting.length === 0 };
  }

  private arrived(from: number): void {
    const gone = this.waiting.splice(0, Math.max(0, from - this.position));
    this.position += gone.length;
    for (const clone of gone) this.waitingBytes -= clone.length;
    if (gone.length === 0) return;
    if (this.busy) return;
    this.onFetched?.();
    this.wake();
  }

  /** Resolves when there is something, or after a while. */
  private more(): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimeout = this.clock.after(ANSWER_WITHIN_MS, () => this.onMore?.());
      this.onMore = () => {
        cancelTimeout();
        this.onMore = undefined;
        resolve();
      };
    });
  }
}
