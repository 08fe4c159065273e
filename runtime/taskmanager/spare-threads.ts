/**
 * One slot thread started ahead, so that a job's first slot finds it loaded: starting one and loading the engine takes
 * longer than all that follows.
 */
import type { SlotRunner } from './slot-thread.js';

export class SpareThreads {
  private spare: SlotRunner | undefined;
  private closed = false;

  constructor(private readonly start: () => SlotRunner) {}

  /** Starts the spare, if there is none. */
  prepare(): void {
    if (this.closed || this.spare !== undefined) return;
    const thread = this.start();
    this.spare = thread;
    void thread.exited.then(() => {
      if (this.spare === thread) this.spare = undefined;
    });
  }

  take(): SlotRunner {
    const thread = this.spare ?? this.start();
    this.spare = undefined;
    return thread;
  }

  async close(): Promise<void> {
    this.closed = true;
    const { spare } = this;
    this.spare = undefined;
    await spare?.terminate();
  }
}
