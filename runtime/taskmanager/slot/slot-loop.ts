/**
 * The mailbox loop of a slot thread. Each turn lets every task work for a slice, then lets the event loop breathe, so
 * that orders and timers come first in the next. With nothing to do it sleeps on the doorbell and burns no CPU.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../common/clock.js';
import type { Doorbell } from '../../exchange/index.js';
import type { SlotTask } from './slot-task.js';
import type { TurnPage } from './turn-page.js';

export interface SlotLoopOptions {
  tasks: readonly SlotTask[];
  doorbell: Doorbell;
  clock: Clock;
  /** Told who has the thread. */
  turns: TurnPage;
}

/** Runs until every task is over. */
export async function runSlotLoop({ tasks, doorbell, clock, turns }: SlotLoopOptions): Promise<void> {
  while (!tasks.every((task) => task.over)) {
    const seen = doorbell.value;
    let worked = false;
    for (let n = 0; n < tasks.length; n++) {
      turns.enter(n);
      worked = tasks[n].slice() || worked;
    }
    turns.leave();
    const nowMs = clock.monotonicMs();
    const flushAtMs = Math.min(...tasks.map((task) => task.flushExpired(nowMs)));
    if (worked) await setImmediate();
    else if (flushAtMs === Infinity) await doorbell.wait(seen);
    else await waitUntil(doorbell, seen, clock, flushAtMs - nowMs);
  }
}

async function waitUntil(doorbell: Doorbell, seen: number, clock: Clock, timeoutMs: number): Promise<void> {
  const cancel = clock.after(Math.max(0, timeoutMs), () => {
    doorbell.ring();
  });
  await doorbell.wait(seen);
  cancel();
}
