import type { Clock } from '../../common/clock.js';
import type { BatchResult, SourceOutlet, SourceReader } from '../source-reader.js';
import type { FeedbackQueue } from './feedback-queues.js';

/** The start of a loop: emits what came round; ends once nothing has come for the longest wait. */
export class FeedbackSource implements SourceReader {
  private cancelWait: (() => void) | undefined;
  private expired = false;

  /** @param maxWaitMs 0 = for ever */
  constructor(
    private readonly queue: FeedbackQueue,
    private readonly maxWaitMs: number,
    private readonly outlet: SourceOutlet,
    private readonly clock: Clock,
  ) {
    queue.onRecord = outlet.wake;
  }

  /** What comes round holds nobody's watermark back. */
  open(): Promise<void> {
    this.outlet.time.finish();
    return Promise.resolve();
  }

  nextBatch(max: number): BatchResult {
    const { queue, outlet } = this;
    let count = 0;
    while (count < max && outlet.room.open && !queue.empty) {
      outlet.emit(queue.take());
      count++;
    }
    outlet.emitted[0] += count;
    if (count > 0) this.stopWaiting();
    if (!queue.empty) return 'more';
    if (this.expired) return 'end';
    if (this.maxWaitMs > 0) this.cancelWait ??= this.clock.after(this.maxWaitMs, () => this.expire());
    return 'wait';
  }

  close(): void {
    this.stopWaiting();
    this.queue.close();
  }

  private expire(): void {
    this.expired = this.queue.empty;
    this.cancelWait = undefined;
    this.outlet.wake();
  }

  private stopWaiting(): void {
    this.cancelWait?.();
    this.cancelWait = undefined;
  }
}
