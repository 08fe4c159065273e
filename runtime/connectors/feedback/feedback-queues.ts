/**
 * The way back of iterations: the end of a loop puts records here, its start takes them, both in one slot thread. The queue is
 * not bounded: a loop that waited for itself would stand still for ever.
 */
export class FeedbackQueue {
  private records: unknown[] = [];
  private position = 0;
  private closed = false;
  /** Told when there is a record after there was none; put in by the start of the loop. */
  onRecord: () => void = () => undefined;

  push(record: unknown): void {
    if (this.closed) return;
    const waited = this.empty;
    this.records.push(record);
    if (waited) this.onRecord();
  }

  get empty(): boolean {
    return this.position === this.records.length;
  }

  /** The oldest record; there must be one. */
  take(): unknown {
    const record = this.records[this.position++];
    if (this.empty) {
      this.records = [];
      this.position = 0;
    }
    return record;
  }

  /** The loop has ended: what still comes is dropped. */
  close(): void {
    this.closed = true;
    this.records = [];
    this.position = 0;
  }
}

/** Those of one slot thread. */
export class FeedbackQueues {
  private readonly queues = new Map<string, FeedbackQueue>();

  /** The queue between the two ends of a loop in one subtask. */
  of(iteration: number, subtask: number): FeedbackQueue {
    const key = `${iteration}/${subtask}`;
    const queue = this.queues.get(key) ?? new FeedbackQueue();
    this.queues.set(key, queue);
    return queue;
  }
}
