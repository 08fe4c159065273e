import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../common/clock.js';

/**
 * What the longest stop of the thread comes from: with the slices of two tasks it stays below 10 ms, unless the machine takes the
 * thread away.
 */
const LONGEST_MS = 7;
const SHORTEST_MS = 3;
/** Of a slice, to what the thread did for others since the one before: two thirds of its time. */
const PER_PAUSE = 2;

/**
 * The share that a long piece of work has of its thread. It goes in slices, between which all others on the thread have their turn;
 * the longer those took, the longer the next slice is.
 */
export class Slices {
  /** Monotonic. */
  endMs: number;

  constructor(private readonly clock: Clock) {
    this.endMs = clock.monotonicMs() + SHORTEST_MS;
  }

  get over(): boolean {
    return this.clock.monotonicMs() >= this.endMs;
  }

  /**
   * Lets the others have their turn.
   * @param before has to be over too: what the slice has made is handed on
   */
  async pause(before?: Promise<void>): Promise<void> {
    const sinceMs = this.clock.monotonicMs();
    await before;
    await setImmediate();
    const nowMs = this.clock.monotonicMs();
    this.endMs = nowMs + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, PER_PAUSE * (nowMs - sinceMs)));
  }
}
