import test from 'ava';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../../../runtime/common/clock.js';
import { OperatorStates } from '../../../runtime/state/index.js';

const KEYS = 1_000_000;

/** Stops that one run may have by the machine's own doing do not count: the best of a few runs does. */
const RUNS = 3;

test('a snapshot of a million keys never stops its thread for long, while state goes on changing', async (t) => {
  const states = new OperatorStates(
    { operatorId: 'c'.repeat(32), operatorName: 'keys' },
    { maxParallelism: 128, keyGroups: { start: 0, end: 127 } },
    systemClock,
  );
  const { void: bucket } = states.keyed().table<{ n: number }>('state');
  for (let key = 0; key < KEYS; key++) bucket.set(key, key, { n: key });
  const best = { syncMs: Infinity, p99Ms: Infinity };
  for (let run = 0; run < RUNS; run++) {
    const { syncMs, p99Ms } = await snapshotWhileChanging(states);
    best.syncMs = Math.min(best.syncMs, syncMs);
    best.p99Ms = Math.min(best.p99Ms, p99Ms);
  }
  t.log(`taken in ${best.syncMs.toFixed(2)} ms; 99 of 100 turns take up to ${best.p99Ms.toFixed(1)} ms`);
  t.true(best.syncMs < 5);
  // Below 8 ms on a machine of its own; here the tests beside it take their share.
  t.true(best.p99Ms < 60);
});

/** How long taking the snapshot took, and how long the turns of the thread were until it was written. */
async function snapshotWhileChanging(states: OperatorStates): Promise<{ syncMs: number; p99Ms: number }> {
  const startMs = systemClock.monotonicMs();
  const snapshot = states.snapshot(1);
  const syncMs = systemClock.monotonicMs() - startMs;
  let written = false;
  const writing = snapshot
    ?.writeTo({ keyGroup: () => undefined, keyedFormat: () => undefined, operatorState: () => undefined })
    .then(() => {
      written = true;
    });
  const p99Ms = await turnsWhile(states, () => !written);
  await writing;
  return { syncMs, p99Ms };
}

/** Changes state, turn by turn. @returns how long 99 of 100 turns were at most */
async function turnsWhile(states: OperatorStates, goOn: (turn: number) => boolean): Promise<number> {
  const { void: bucket } = states.keyed().table<{ n: number }>('state');
  const turns: number[] = [];
  for (let i = 0; goOn(i); i++) {
    const turnMs = systemClock.monotonicMs();
    for (let n = 0; n < 100; n++) {
      const value = bucket.get((i * 7919 + n * 104_729) % KEYS);
      if (value !== undefined) value.n++;
    }
    await setImmediate();
    turns.push(systemClock.monotonicMs() - turnMs);
  }
  turns.sort((a, b) => a - b);
  return turns[Math.floor(turns.length * 0.99)] ?? 0;
}
