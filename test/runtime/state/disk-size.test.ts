/** State on disk that is much larger than its memory: what it takes of memory, disk and checkpoints, and how long it stops its thread. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { systemClock } from '../../../runtime/common/clock.js';
import type { OperatorStates } from '../../../runtime/state/index.js';
import { DiskOperators, SharedFiles } from './disk-states.js';

const SEGMENT_BYTES = 16 * 1024 * 1024;
const KEYS = 1_000_000;
const KEY_BYTES = 12;
const BATCH = 1000;

interface Value {
  n: number;
  text: string;
}

const keyOf = (n: number): string => `key-${String(n).padStart(KEY_BYTES - 4, '0')}`;

async function load(operator: OperatorStates, valueBytes: number): Promise<void> {
  const { void: bucket } = operator.keyed().table<Value>('state');
  const text = 'x'.repeat(valueBytes - 10);
  for (let n = 0; n < KEYS; n++) {
    bucket.set(keyOf(n), keyOf(n), { n, text });
    if (n % BATCH === 0) await setImmediate();
  }
}

function folderBytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

test('a million keys of 200 bytes in a tenth of their size: incremental checkpoints, short stops, a bounded log', async (t) => {
  t.timeout(120_000);
  const operators = new DiskOperators(t);
  const operator = operators.make(((200 + KEY_BYTES) * KEYS) / 10, undefined, SEGMENT_BYTES);
  await load(operator, 200);
  const { void: bucket } = operator.keyed().table<Value>('state');
  const shared = new SharedFiles();
  await shared.take(operator.snapshot(1));
  const stateBytes = shared.storedBytes;
  t.true(stateBytes > 200 * KEYS);
  shared.files.clear();
  const changes = 300_000;
  const stops: number[] = [];
  const before = shared.storedBytes;
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < changes / 6; i++) {
      const key = keyOf((round * 104_729 + i * 7919) % KEYS);
      const value = bucket.get(key);
      if (value === undefined) throw new Error(`${key} is missing`);
      value.n = -round;
      bucket.set(key, key, value);
      if (i % BATCH === 0) await setImmediate();
    }
    const startMs = systemClock.monotonicMs();
    const snapshot = operator.snapshot(2 + round);
    stops.push(systemClock.monotonicMs() - startMs);
    await shared.take(snapshot);
    shared.files.clear();
  }
  const perChange = (shared.storedBytes - before) / changes;
  t.log(
    `${perChange.toFixed(0)} bytes uploaded for a change of ${(stateBytes / KEYS).toFixed(0)}; ` +
      `stops of up to ${Math.max(...stops).toFixed(1)} ms; log ${(folderBytes(operators.folder) / 1e6).toFixed(0)} MB`,
  );
  t.true(perChange < (2 * stateBytes) / KEYS);
  t.true(Math.max(...stops) < 20);
  t.true(folderBytes(operators.folder) < 2.5 * stateBytes);
  t.is(bucket.get(keyOf(KEYS - 1))?.text.length, 190);
  operator.close();
});

test('a million keys of 40 bytes in a quarter of their size; a restore goes on from there', async (t) => {
  t.timeout(120_000);
  const operators = new DiskOperators(t);
  const budget = ((40 + KEY_BYTES + 28) * KEYS) / 4;
  const operator = operators.make(budget, undefined, SEGMENT_BYTES);
  await load(operator, 40);
  const shared = new SharedFiles();
  const taken = await shared.take(operator.snapshot(1));
  operator.close();
  const again = operators.make(budget, undefined, SEGMENT_BYTES);
  await again.restore(taken);
  const { void: bucket } = again.keyed().table<Value>('state');
  for (let n = 0; n < KEYS; n += 997) t.is(bucket.get(keyOf(n))?.n, n);
  const stored = shared.storedBytes;
  await shared.take(again.snapshot(2));
  t.true(shared.storedBytes - stored < 128 * 1024, 'what checkpoints have is not written again');
  again.close();
});

test('more keys than the index has memory for fail with what it needs', (t) => {
  const operator = new DiskOperators(t).make(1024 * 1024);
  const { void: bucket } = operator.keyed().table<number>('state');
  t.throws(
    () => {
      for (let n = 0; n < 200_000; n++) bucket.set(n, n, n);
    },
    { message: /needs \d+/ },
  );
  operator.close();
});
