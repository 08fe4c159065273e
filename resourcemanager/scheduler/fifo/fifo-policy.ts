/** First in, first out: one queue, applications in the order of their submission. */
import type { SchedulerApplication, SchedulingPolicy } from '../policy.js';

const QUEUE = 'default';

export class FifoPolicy implements SchedulingPolicy {
  readonly name = 'fifo';
  /** As Hadoop's FifoScheduler: only memory decides whether a container fits. */
  readonly calculator = 'memory';
  readonly queues = [QUEUE];
  /** Sorted by submission. */
  private readonly waiting: SchedulerApplication[] = [];

  /** Hadoop's FIFO takes any name and ignores it; here a name that is not the queue's is a mistake worth telling. */
  resolveQueue(name: string): string | undefined {
    return name === QUEUE || name === `root.${QUEUE}` ? QUEUE : undefined;
  }

  waits(application: SchedulerApplication): void {
    const at = this.position(application);
    if (this.waiting[at] !== application) this.waiting.splice(at, 0, application);
  }

  rests(application: SchedulerApplication): void {
    const at = this.position(application);
    if (this.waiting[at] === application) this.waiting.splice(at, 1);
  }

  inOrder(): readonly SchedulerApplication[] {
    return [...this.waiting];
  }

  refuses(): undefined {
    return undefined;
  }

  /** Where the application stands or would stand: binary search. */
  private position({ submissionOrder }: SchedulerApplication): number {
    let [low, high] = [0, this.waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.waiting[middle]?.submissionOrder ?? 0) < submissionOrder) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
