/**
 * Which task of a slot has the thread, and since which turn, in memory that the main thread reads. It is written once for each
 * slice of work, so a record costs nothing; while user code keeps the thread, nothing changes there.
 */

const TURN = 0;
const TASK = 1;
/** No task has the thread: it sleeps, or does something of its own. */
const NOBODY = -1;

export class TurnPage {
  private readonly values: Int32Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.values = new Int32Array(buffer);
  }

  static create(): TurnPage {
    const page = new TurnPage(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
    page.leave();
    return page;
  }

  /** The task takes the thread. */
  enter(task: number): void {
    Atomics.store(this.values, TASK, task);
    Atomics.add(this.values, TURN, 1);
  }

  leave(): void {
    this.enter(NOBODY);
  }

  /** @returns the task that has the thread, undefined for none; another `turn` than before says that it was given back meanwhile */
  read(): { turn: number; task: number | undefined } {
    const turn = Atomics.load(this.values, TURN);
    const task = Atomics.load(this.values, TASK);
    return { turn, task: task === NOBODY ? undefined : task };
  }
}
