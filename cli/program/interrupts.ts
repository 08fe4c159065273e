/** What Ctrl-C means for what a command is in the middle of. */
import { constants } from 'node:os';

/** Exit code of a command that a signal ended: 128 and the signal's number, as shells tell it. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Puts in order what would be left behind; it need not tell how. */
export type OnInterrupt = () => void | Promise<void>;

export class Interrupts {
  private readonly activities = new Set<OnInterrupt>();
  private ending = false;
  /** Resolves with the exit code when the first Ctrl-C has been dealt with. A second one ends the command at once. */
  readonly ended: Promise<number>;

  constructor() {
    this.ended = new Promise((resolve) => {
      const onSignal = (signal: NodeJS.Signals): void => {
        const exitCode = exitCodeOf(signal);
        if (this.ending) process.exit(exitCode);
        this.ending = true;
        void Promise.allSettled([...this.activities].map(async (tidyUp) => tidyUp())).then(() => {
          resolve(exitCode);
        });
      };
      process.on('SIGINT', onSignal);
      process.on('SIGTERM', onSignal);
    });
  }

  /**
   * Runs an activity. When it is interrupted, its failure says nothing any more (the job was cancelled, say): it is over when
   * everything is in order.
   */
  async guard(activity: Promise<void>): Promise<number> {
    try {
      return await Promise.race([activity.then(() => 0), this.ended]);
    } catch (error) {
      if (this.ending) return this.ended;
      throw error;
    }
  }

  /** @returns what to call when this activity is over */
  during(tidyUp: OnInterrupt): () => void {
    this.activities.add(tidyUp);
    return () => this.activities.delete(tidyUp);
  }
}
