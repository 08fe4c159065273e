/** Notices that user code keeps a slot thread, which the slot's other tasks, its timers and its orders wait for. */
import type { Clock } from '../common/clock.js';
import type { TurnPage } from './slot/turn-page.js';

/** Who keeps the thread for longer is told. */
export const BLOCKED_AFTER_MS = 1000;

export interface Block {
  /** The task's number in the slot; undefined when its code runs between turns: a source function, what follows an `await`. */
  readonly task: number | undefined;
  readonly blockedMs: number;
}

export class TurnWatch {
  private turn: number | undefined;
  private idleMs: number | undefined;
  private sinceMs = 0;
  private told = false;

  constructor(
    private readonly page: TurnPage,
    private readonly clock: Clock,
    /** How long the thread's event loop has waited for something to do in all; undefined: not known. */
    private readonly loopIdleMs: () => number | undefined,
    /** Once for each time that the thread is kept. */
    private readonly onBlocked: (block: Block) => void,
  ) {}

  /** Looks; to be called several times a second. @returns who has kept the thread for too long */
  look(): Block | undefined {
    const { turn, task } = this.page.read();
    const idleMs = this.loopIdleMs();
    const nowMs = this.clock.monotonicMs();
    const waits = task === undefined && (idleMs === undefined || idleMs !== this.idleMs);
    this.idleMs = idleMs;
    if (turn !== this.turn || waits) {
      this.turn = turn;
      this.sinceMs = nowMs;
      this.told = false;
      return undefined;
    }
    const blockedMs = nowMs - this.sinceMs;
    if (blockedMs < BLOCKED_AFTER_MS) return undefined;
    const block = { task, blockedMs };
    if (!this.told) this.onBlocked(block);
    this.told = true;
    return block;
  }
}
