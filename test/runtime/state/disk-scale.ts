/**
 * State on disk that is much larger than its memory: what it takes of memory, disk and checkpoints, and how long it stops its
 * thread. Checkpoints lie in files, as those of a job do.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { SharedFolder, StateFileReader, StateFileWriter } from '../../../runtime/checkpoint/index.js';
import { systemClock } from '../../../runtime/common/clock.js';
import type { OperatorStates, SharedFile } from '../../../runtime/state/index.js';
import { DiskOperators } from './disk-states.js';

const SEGMENT_BYTES = 16 * 1024 * 1024;
const KEY_BYTES = 12;
/** Between two looks of the thread at what else there is to do. */
const BATCH = 1000;
const ROUNDS = 6;
/** A turn that took less was nobody's. */
const IDLE_MS = 0.2;

export interface Scale {
  readonly keys: number;
  readonly valueBytes: number;
  /** How many times larger the state is than its memory. */
  readonly times: number;
}

interface Value {
  n: number;
  text: string;
}

type TaskState = Awaited<ReturnType<StateFileWriter['finish']>>;

const keyOf = (n: number): string => `key-${String(n).padStart(KEY_BYTES - 4, '0')}`;

function folderBytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

class CountingFolder extends SharedFolder {
  writtenBytes = 0;

  override async store(bytes: AsyncIterable<Uint8Array>): Promise<SharedFile> {
    const file = await super.store(bytes);
    this.writtenBytes += file.sizeBytes;
    return file;
  }
}

/** Checkpoints of one operator. */
class Checkpoints {
  /** Ever written. */
  writtenBytes = 0;
  private taken = 0;

  constructor(private readonly folder: string) {}

  async take(operator: OperatorStates): Promise<TaskState> {
    const name = `task-${++this.taken}`;
    const shared = new CountingFolder(join(this.folder, 'shared'), name);
    const writer = new StateFileWriter({ folder: this.folder, name, inlineThresholdBytes: 0, shared });
    const snapshot = operator.snapshot(this.taken);
    await snapshot?.writeTo(writer.operator('a'.repeat(32), 'kept'));
    snapshot?.release();
    const state = await writer.finish();
    this.writtenBytes += state.sizeBytes + shared.writtenBytes;
    return state;
  }

  async restore(operator: OperatorStates, state: TaskState): Promise<void> {
    const reader = await StateFileReader.open(this.folder, state);
    const log = await reader.log('a'.repeat(32), true);
    await operator.restore({ keyed: [], logs: log === undefined ? [] : [log], operatorStates: new Map() });
  }
}

/** How long a snapshot that is being written has the thread at a time. */
class Stops {
  private readonly takenMs: number[] = [];

  /** Waits until the others have had their turn. */
  async next(): Promise<void> {
    const startMs = systemClock.monotonicMs();
    await setImmediate();
    const tookMs = systemClock.monotonicMs() - startMs;
    if (tookMs > IDLE_MS) this.takenMs.push(tookMs);
  }

  quantile(q: number): number {
    return this.takenMs.toSorted((a, b) => a - b)[Math.floor(q * (this.takenMs.length - 1))] ?? 0;
  }
}

/** Loads the state, changes a tenth of it per round while checkpoints are written, restores the last one. */
export async function proveScale(t: ExecutionContext, { keys, valueBytes, times }: Scale): Promise<void> {
  const operators = new DiskOperators(t);
  const logicalBytes = (valueBytes + KEY_BYTES) * keys;
  const memoryBytes = logicalBytes / times;
  const operator = operators.make(memoryBytes, undefined, SEGMENT_BYTES);
  const { void: bucket } = operator.keyed().table<Value>('state');
  const text = 'x'.repeat(valueBytes - 10);
  const startMs = systemClock.monotonicMs();
  for (let n = 0; n < keys; n++) {
    bucket.set(keyOf(n), keyOf(n), { n, text });
    if (n % BATCH === 0) await setImmediate();
  }
  const loadedMs = systemClock.monotonicMs();
  const checkpoints = new Checkpoints(join(operators.folder, 'checkpoints'));
  let last = await checkpoints.take(operator);
  const stateBytes = checkpoints.writtenBytes;
  const changes = Math.floor(keys / 10 / ROUNDS);
  const stops = new Stops();
  for (let round = 1; round <= ROUNDS; round++) {
    const taking: { state?: TaskState } = {};
    const finished = checkpoints.take(operator).then((state) => (taking.state = state));
    for (let i = 0; i < changes; i++) {
      const key = keyOf((round * 104_729 + i * 7919) % keys);
      const value = bucket.get(key);
      if (value === undefined) throw new Error(`${key} is missing`);
      value.n = -round;
      bucket.set(key, key, value);
      if (i % BATCH > 0) continue;
      if (taking.state === undefined) await stops.next();
      else await setImmediate();
    }
    while (taking.state === undefined) await stops.next();
    last = await finished;
  }
  last = await checkpoints.take(operator);
  const perChange = (checkpoints.writtenBytes - stateBytes) / (ROUNDS * changes);
  const localBytes = folderBytes(join(operators.folder, 'store-0'));
  operator.close();
  const restoringMs = systemClock.monotonicMs();
  const again = operators.make(memoryBytes, undefined, SEGMENT_BYTES);
  await checkpoints.restore(again, last);
  const restoredMs = systemClock.monotonicMs();
  t.log(
    `${keys / 1e6} million keys of ${valueBytes} bytes in ${Math.round(memoryBytes / 1e6)} MB: ` +
      `loaded in ${seconds(loadedMs - startMs)}, restored in ${seconds(restoredMs - restoringMs)}; ` +
      `${perChange.toFixed(0)} bytes a change of ${(stateBytes / keys).toFixed(0)}; log ${Math.round(localBytes / 1e6)} MB; ` +
      `stops p99 ${stops.quantile(0.99).toFixed(1)} ms, longest ${stops.quantile(1).toFixed(1)} ms`,
  );
  t.true(stateBytes > valueBytes * keys);
  t.true(perChange < (2 * stateBytes) / keys, 'checkpoints write at most twice what has changed');
  t.true(localBytes < 2.5 * stateBytes, 'the log is cleaned');
  // What is longer is the machine's doing: other tests run beside this one.
  t.true(stops.quantile(0.9) < 20, 'the thread is not stopped for long');
  const changed = new Map<string, number>();
  for (let round = 1; round <= ROUNDS; round++) {
    for (let i = 0; i < changes; i++) changed.set(keyOf((round * 104_729 + i * 7919) % keys), -round);
  }
  const { void: restored } = again.keyed().table<Value>('state');
  const wrong: string[] = [];
  for (let n = 0; n < keys; n += 97) {
    const [key, value] = [keyOf(n), restored.get(keyOf(n))];
    if (value?.n !== (changed.get(key) ?? n) || value.text !== text) wrong.push(`${key} ${value?.n}`);
  }
  t.deepEqual(wrong.slice(0, 10), []);
  const before = checkpoints.writtenBytes;
  await checkpoints.take(again);
  t.true(checkpoints.writtenBytes - before < 128 * 1024, 'what checkpoints have is not written again');
  again.close();
  rmSync(operators.folder, { recursive: true, force: true });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
