/** What Ctrl-C means for what a command is in the middle of. */

/** Exit code of a command that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;

/** Puts in order what would be left behind; it need not tell how. */
export type OnInterrupt = () => void | Promise<void>;

export class Interrupts {
  private readonly activities = new Set<OnInterrupt>();
  private ending = false;
  /** Resolves with the exit code when the first Ctrl-C has been dealt with. A second one ends the command at once. */
  readonly ended: Promise<number>;

  constructor() {
    this.ended = new Promise((resolve) => {
      const onSignal = (): void => {
        if (this.ending) process.exit(INTERRUPTED);
        this.ending = true;
        void Promise.allSettled([...this.activities].map(async (tidyUp) => tidyUp())).then(() => {
          resolve(INTERRUPTED);
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
