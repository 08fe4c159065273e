/**
 * Waking threads through shared memory. Every thread of a TaskManager has a bell: a count of rings, and a flag that says
 * whether anyone sleeps on it (so that ringing a busy thread costs no notify).
 */
import type { Doorbell } from '../types.js';

/** Words a bell: one cache line, so that bells don't slow each other down. */
const STRIDE = 16;
const ASLEEP = 1;

/** The bell of the TaskManager's main thread. */
export const MAIN_BELL = 0;

/** More threads than a slot will ever have at once; a bell that nobody uses costs nothing but its cache line. */
const BELLS_PER_SLOT = 64;

export class Doorbells {
  private readonly words: Int32Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  static create(slots: number): Doorbells {
    return new Doorbells(new SharedArrayBuffer((slots * BELLS_PER_SLOT + 1) * STRIDE * 4));
  }

  /** How many there are, the main thread's included. */
  get count(): number {
    return this.words.length / STRIDE;
  }

  ring(index: number): void {
    const at = index * STRIDE;
    Atomics.add(this.words, at, 1);
    if (Atomics.load(this.words, at + ASLEEP) !== 0) Atomics.notify(this.words, at);
  }

  /** The owner's view of one bell. */
  bell(index: number): Doorbell {
    const { words } = this;
    const at = index * STRIDE;
    return {
      get value() {
        return Atomics.load(words, at);
      },
      ring: () => this.ring(index),
      async wait(seen) {
        // The flag goes up before the count is compared: whoever rings either sees the flag or changes the count first.
        Atomics.store(words, at + ASLEEP, 1);
        const waiting = Atomics.waitAsync(words, at, seen);
        if (waiting.async) await waiting.value;
        Atomics.store(words, at + ASLEEP, 0);
      },
    };
  }
}
