/** Notices that a task keeps its slot thread, which the slot's other tasks, its timers and its orders wait for. */
import type { Clock } from '../common/clock.js';
import type { TurnPage } from './slot/turn-page.js';

/** A task that keeps its thread for longer is told. */
export const BLOCKED_AFTER_MS = 1000;

export interface BlockedTask {
  /** Its number among the slot's tasks. */
  readonly task: number;
  readonly blockedMs: number;
}

export class TurnWatch {
  private turn: number | undefined;
  private sinceMs = 0;
  private told = false;

  constructor(
    private readonly page: TurnPage,
    private readonly clock: Clock,
    /** Once for each time that a task keeps the thread. */
    private readonly onBlocked: (blocked: BlockedTask) => void,
  ) {}

  /** Looks; to be called several times a second. @returns the task that has kept the thread for too long */
  look(): BlockedTask | undefined {
    const { turn, task } = this.page.read();
    const nowMs = this.clock.monotonicMs();
    if (turn !== this.turn || task === undefined) {
      this.turn = turn;
      this.sinceMs = nowMs;
      this.told = false;
      return undefined;
    }
    const blockedMs = nowMs - this.sinceMs;
    if (blockedMs < BLOCKED_AFTER_MS) return undefined;
    const blocked = { task, blockedMs };
    if (!this.told) this.onBlocked(blocked);
    this.told = true;
    return blocked;
  }
}
